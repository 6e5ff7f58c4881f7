// A go-libp2p node that the Java host's interop tests drive: one host per key type, loopback only.
//
// It reads commands from standard input, one a line, "<id> <command> <arguments>", runs each in its own goroutine and
// answers "<id> ok <fields>" or "<id> error <text>". At start it prints one line "host <key type> <multiaddr>" per host,
// then "ready". It ends when standard input does.
package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	ctls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/core/sec"
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	libp2pquic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/quicreuse"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
	"github.com/multiformats/go-multiaddr"
	"github.com/quic-go/quic-go"
)

// Both implementations serve these test protocols.
const (
	// The client sends bytes and half-closes; the server answers count (u64) and SHA-256.
	sinkProtocol = "/adit/test/sink/1.0.0"
	// The client sends a count (u64) and half-closes; the server sends that many bytes.
	sourceProtocol = "/adit/test/source/1.0.0"
	// The client sends a count (u64); both send that many bytes and half-close before they read.
	duplexProtocol = "/adit/test/duplex/1.0.0"
	// The server resets the stream after the first byte.
	resetProtocol = "/adit/test/reset/1.0.0"
	// The client sends bytes and half-closes; the server answers their count (u64), hashing nothing.
	bulkProtocol = "/adit/test/bulk/1.0.0"
	// The server never reads.
	stallProtocol = "/adit/test/stall/1.0.0"
)

var keyTypes = map[string]int{
	"ed25519":   crypto.Ed25519,
	"secp256k1": crypto.Secp256k1,
	"ecdsa":     crypto.ECDSA,
	"rsa":       crypto.RSA,
}

type node struct {
	host host.Host
	key  crypto.PrivKey
}

var printLock sync.Mutex

func say(format string, arguments ...any) {
	printLock.Lock()
	defer printLock.Unlock()
	fmt.Printf(format+"\n", arguments...)
}

func main() {
	nodes := map[string]node{}
	for name, kind := range keyTypes {
		n, err := start(kind)
		if err != nil {
			fmt.Fprintln(os.Stderr, name, err)
			os.Exit(1)
		}
		nodes[name] = n
		for _, address := range n.host.Addrs() {
			say("host %s %s/p2p/%s", name, address, n.host.ID())
		}
	}
	say("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 3 {
			continue
		}
		n, known := nodes[fields[2]]
		if !known {
			say("%s error no host %s", fields[0], fields[2])
			continue
		}
		go func() {
			answer, err := run(n, fields[1], fields[3:])
			if err != nil {
				say("%s error %s", fields[0], strings.ReplaceAll(err.Error(), "\n", " "))
				return
			}
			say("%s ok %s", fields[0], answer)
		}()
	}
}

func start(kind int) (node, error) {
	key, _, err := crypto.GenerateKeyPairWithReader(kind, 2048, rand.Reader)
	if err != nil {
		return node{}, err
	}
	h, err := assemble(key)
	if err != nil {
		return node{}, err
	}
	h.SetStreamHandler(sinkProtocol, func(s network.Stream) {
		defer s.Close()
		count, sum, err := drain(s)
		if err != nil {
			s.Reset()
			return
		}
		s.Write(append(number(uint64(count)), sum...))
	})
	h.SetStreamHandler(bulkProtocol, func(s network.Stream) {
		defer s.Close()
		if count, err := io.CopyBuffer(discard{}, s, make([]byte, 256<<10)); err == nil {
			s.Write(number(uint64(count)))
		}
	})
	h.SetStreamHandler(sourceProtocol, func(s network.Stream) {
		defer s.Close()
		count, err := readNumber(s)
		if err == nil {
			fill(s, count)
		}
	})
	h.SetStreamHandler(duplexProtocol, func(s network.Stream) {
		defer s.Close()
		count, err := readNumber(s)
		if err != nil {
			return
		}
		if _, _, _, err := duplex(s, count); err != nil {
			s.Reset()
		}
	})
	h.SetStreamHandler(resetProtocol, func(s network.Stream) {
		io.ReadFull(s, make([]byte, 1))
		s.Reset()
	})
	h.SetStreamHandler(stallProtocol, func(s network.Stream) {
		time.Sleep(time.Minute)
		s.Reset()
	})
	return node{h, key}, nil
}

// assemble puts go-libp2p's host together from its parts; the libp2p package would build WebRTC too, for a minute.
func assemble(key crypto.PrivKey) (host.Host, error) {
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return nil, err
	}
	peers, err := pstoremem.NewPeerstore()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(peers.AddPrivKey(id, key), peers.AddPubKey(id, key.GetPublic())); err != nil {
		return nil, err
	}
	bus := eventbus.NewBus()
	network, err := swarm.NewSwarm(id, peers, bus)
	if err != nil {
		return nil, err
	}
	muxers := []upgrader.StreamMuxer{{ID: yamux.ID, Muxer: yamux.DefaultTransport}}
	security, err := noise.New(noise.ID, key, muxers)
	if err != nil {
		return nil, err
	}
	inlined := muxers
	if key.Type() == crypto.RSA || key.Type() == crypto.Secp256k1 {
		inlined = nil // as peers do that agree on the muxer after the handshake
	}
	tls, err := libp2ptls.New(libp2ptls.ID, key, inlined)
	if err != nil {
		return nil, err
	}
	upgrade, err := upgrader.New([]sec.SecureTransport{security, tls}, muxers, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	transport, err := tcp.NewTCPTransport(upgrade, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := network.AddTransport(transport); err != nil {
		return nil, err
	}
	certificate, err := selfSigned()
	if err != nil {
		return nil, err
	}
	sockets, err := websocket.New(upgrade, nil, nil,
		websocket.WithTLSConfig(&ctls.Config{Certificates: []ctls.Certificate{certificate}}),
		websocket.WithTLSClientConfig(&ctls.Config{InsecureSkipVerify: true}))
	if err != nil {
		return nil, err
	}
	if err := network.AddTransport(sockets); err != nil {
		return nil, err
	}
	sharing, err := quicreuse.NewConnManager(quic.StatelessResetKey(random32()), quic.TokenGeneratorKey(random32()))
	if err != nil {
		return nil, err
	}
	packets, err := libp2pquic.NewTransport(key, sharing, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := network.AddTransport(packets); err != nil {
		return nil, err
	}
	if err := network.Listen(
		multiaddr.StringCast("/ip4/127.0.0.1/udp/0/quic-v1"),
		multiaddr.StringCast("/ip4/127.0.0.1/tcp/0"),
		multiaddr.StringCast("/ip4/127.0.0.1/tcp/0/ws"),
		multiaddr.StringCast("/ip4/127.0.0.1/tcp/0/tls/ws")); err != nil {
		return nil, err
	}
	h, err := basichost.NewHost(network, &basichost.HostOpts{
		EventBus: bus, EnablePing: true, UserAgent: "adit-go-peer"})
	if err != nil {
		return nil, err
	}
	if err := client.AddTransport(h, upgrade); err != nil {
		return nil, err
	}
	h.Start()
	return h, nil
}

func random32() (key [32]byte) {
	rand.Read(key[:])
	return key
}

// selfSigned is what a WebSocket listener shows; nobody can check it.
func selfSigned() (ctls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return ctls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "adit-go-peer"}, // Java reads no certificate without an issuer
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return ctls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

func run(n node, command string, arguments []string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if command == "key" {
		private, err := crypto.MarshalPrivateKey(n.key)
		return base64.StdEncoding.EncodeToString(private), err
	}
	if command == "sign" {
		message, err := hex.DecodeString(arguments[0])
		if err != nil {
			return "", err
		}
		signature, err := n.key.Sign(message)
		return hex.EncodeToString(signature), err
	}
	if command == "verify" { // <public key> <message> <signature>, all hex
		return verify(arguments)
	}
	if command == "connect" {
		info, err := peer.AddrInfoFromString(arguments[0])
		if err != nil {
			return "", err
		}
		n.host.Peerstore().ClearAddrs(info.ID) // or it might be dialled at another address, known from identify
		return info.ID.String(), n.host.Connect(ctx, *info)
	}
	if command == "cpu" { // nanoseconds that this process has used
		var usage syscall.Rusage
		err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
		return strconv.FormatInt(usage.Utime.Nano()+usage.Stime.Nano(), 10), err
	}
	if command == "serve" { // its peers are told by identify push
		n.host.SetStreamHandler(protocol.ID(arguments[0]), func(s network.Stream) { s.Reset() })
		return "", nil
	}
	ctx = network.WithAllowLimitedConn(ctx, "test")
	if command == "exchange" {
		return exchange(ctx, n, arguments)
	}
	if strings.HasPrefix(command, "relay-") {
		return relaying(ctx, n, command, arguments)
	}
	if strings.HasPrefix(command, "autonat-") {
		return natting(ctx, n, command, arguments)
	}
	if strings.HasPrefix(command, "gossip-") {
		return gossiping(ctx, n, command, arguments)
	}
	id, err := peer.Decode(arguments[0])
	if err != nil {
		return "", err
	}
	amount := uint64(0)
	if len(arguments) > 1 {
		if amount, err = strconv.ParseUint(arguments[1], 10, 64); err != nil {
			return "", err
		}
	}
	switch command {
	case "disconnect":
		return "", n.host.Network().ClosePeer(id)
	case "identify":
		return identified(n, id)
	case "ping":
		return pinged(ctx, n, id, int(amount))
	}
	s, err := n.host.NewStream(ctx, id, protocol.ID("/adit/test/"+command+"/1.0.0"))
	if err != nil {
		return "", err
	}
	defer s.Close()
	switch command {
	case "sink":
		sum, err := fill(s, amount)
		if err != nil {
			return "", err
		}
		if err := s.CloseWrite(); err != nil {
			return "", err
		}
		answer := make([]byte, 40)
		if _, err := io.ReadFull(s, answer); err != nil {
			return "", err
		}
		return fmt.Sprintf("%x %d %x", sum, binary.BigEndian.Uint64(answer), answer[8:]), nil
	case "bulk":
		began := time.Now()
		block := make([]byte, 256<<10)
		for left := amount; left > 0; left -= min(left, uint64(len(block))) {
			if _, err := s.Write(block[:min(left, uint64(len(block)))]); err != nil {
				return "", err
			}
		}
		if err := s.CloseWrite(); err != nil {
			return "", err
		}
		count, err := readNumber(s)
		return fmt.Sprintf("%d %d", count, time.Since(began).Nanoseconds()), err
	case "source":
		s.Write(number(amount))
		s.CloseWrite()
		count, sum, err := drain(s)
		return fmt.Sprintf("%d %x", count, sum), err
	case "duplex":
		if _, err := s.Write(number(amount)); err != nil {
			return "", err
		}
		sent, count, got, err := duplex(s, amount)
		return fmt.Sprintf("%x %d %x", sent, count, got), err
	case "reset":
		s.Write([]byte{1})
		_, err := s.Read(make([]byte, 1))
		return fmt.Sprintf("%t", errors.Is(err, network.ErrReset)), nil
	case "observe-reset":
		s.Write([]byte{1})
		if _, err := io.ReadFull(s, make([]byte, 1)); err != nil { // the other side has seen the byte
			return "", err
		}
		return "", s.Reset()
	case "stall":
		s.SetWriteDeadline(time.Now().Add(3 * time.Second))
		total := 0
		block := make([]byte, 64<<10)
		for {
			count, err := s.Write(block)
			total += count
			if err != nil {
				s.Reset()
				return strconv.Itoa(total), nil
			}
		}
	}
	return "", fmt.Errorf("no command %s", command)
}

func verify(arguments []string) (string, error) {
	parts := make([][]byte, 3)
	for i := range parts {
		var err error
		if parts[i], err = hex.DecodeString(arguments[i]); err != nil {
			return "", err
		}
	}
	key, err := crypto.UnmarshalPublicKey(parts[0])
	if err != nil {
		return "", err
	}
	good, err := key.Verify(parts[1], parts[2])
	id, _ := peer.IDFromPublicKey(key)
	return fmt.Sprintf("%t %s", good, id), err
}

func identified(n node, id peer.ID) (string, error) {
	deadline := time.Now().Add(10 * time.Second)
	for {
		agent, err := n.host.Peerstore().Get(id, "AgentVersion")
		if err == nil {
			protocols, _ := n.host.Peerstore().GetProtocols(id)
			return fmt.Sprintf("%s %s %s", agent, protocol.ConvertToStrings(protocols), n.host.Peerstore().Addrs(id)), nil
		}
		if time.Now().After(deadline) {
			return "", err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func pinged(ctx context.Context, n node, id peer.ID, count int) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := ping.Ping(ctx, n.host, id)
	for range count {
		if result := <-results; result.Error != nil {
			return "", result.Error
		}
	}
	return strconv.Itoa(count), nil
}

func duplex(s network.Stream, count uint64) (sent []byte, received int64, got []byte, err error) {
	wrote := make(chan error, 1)
	go func() {
		var err error
		if sent, err = fill(s, count); err == nil {
			err = s.CloseWrite()
		}
		wrote <- err
	}()
	time.Sleep(100 * time.Millisecond) // lets both windows fill before anyone reads
	if received, got, err = drain(s); err != nil {
		return
	}
	err = <-wrote
	return
}

// fill sends what TestProtocols.fill sends, so that both sides know the hash of what they are to receive.
func fill(w io.Writer, count uint64) ([]byte, error) {
	hash := sha256.New()
	block := make([]byte, 256<<10)
	for index := range block {
		block[index] = byte(index*31 ^ index>>8)
	}
	for count > 0 {
		binary.BigEndian.PutUint64(block, count)
		length := min(count, uint64(len(block)))
		hash.Write(block[:length])
		if _, err := w.Write(block[:length]); err != nil {
			return nil, err
		}
		count -= length
	}
	return hash.Sum(nil), nil
}

func drain(r io.Reader) (int64, []byte, error) {
	hash := sha256.New()
	count, err := io.CopyBuffer(hash, r, make([]byte, 256<<10))
	return count, hash.Sum(nil), err
}

// discard has no ReadFrom, so that the copy's buffer is used as a reader's would be.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func number(value uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, value)
}

func readNumber(r io.Reader) (uint64, error) {
	buffer := make([]byte, 8)
	_, err := io.ReadFull(r, buffer)
	return binary.BigEndian.Uint64(buffer), err
}
