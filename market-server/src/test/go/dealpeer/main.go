// A go-libp2p client of the deal protocols, as Boost's is: it writes one message, does not half-close, and reads the
// answer. Its argument is the provider's multiaddress. Each line of standard input is "<protocol> <hex>", with "-" for no
// message; each is answered by one line, "ok <hex>" or "error <text>". With a second argument it is as many clients at once,
// see flood. Its only argument may be "deals" instead: see there.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/core/sec"
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
)

const (
	exchangeTimeout = 20 * time.Second
	longestLine     = 4 << 20
	longestAnswer   = 1 << 20
)

func main() {
	run := func() error { return serve(os.Args[1]) }
	if os.Args[1] == "deals" {
		run = deals
	} else if len(os.Args) > 2 {
		run = func() error { return flood(os.Args[1], os.Args[2]) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(address string) error {
	provider, err := peer.AddrInfoFromString(address)
	if err != nil {
		return err
	}
	h, err := assemble()
	if err != nil {
		return err
	}
	defer h.Close()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		answer, err := exchange(h, *provider, lines.Text())
		if err != nil {
			fmt.Println("error", err)
		} else {
			fmt.Println("ok", hex.EncodeToString(answer))
		}
	}
	return lines.Err()
}

func exchange(h host.Host, provider peer.AddrInfo, line string) ([]byte, error) {
	name, message, found := strings.Cut(line, " ")
	if !found {
		return nil, errors.New("a line is a protocol and a message")
	}
	ctx, cancel := context.WithTimeout(context.Background(), exchangeTimeout)
	defer cancel()
	if err := h.Connect(ctx, provider); err != nil {
		return nil, err
	}
	s, err := h.NewStream(ctx, provider.ID, protocol.ID(name))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.SetDeadline(time.Now().Add(exchangeTimeout)); err != nil {
		return nil, err
	}
	if message != "-" {
		bytes, err := hex.DecodeString(message)
		if err != nil {
			return nil, err
		}
		if _, err := s.Write(bytes); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(io.LimitReader(s, longestAnswer))
}

// assemble puts a dialling host together from its parts; the libp2p package would build QUIC and WebRTC too.
func assemble(options ...tcp.Option) (host.Host, error) {
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		return nil, err
	}
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
	upgrade, err := upgrader.New([]sec.SecureTransport{security}, muxers, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	transport, err := tcp.NewTCPTransport(upgrade, nil, nil, options...)
	if err != nil {
		return nil, err
	}
	if err := network.AddTransport(transport); err != nil {
		return nil, err
	}
	h, err := basichost.NewHost(network, &basichost.HostOpts{EventBus: bus, UserAgent: "adit-deal-peer"})
	if err != nil {
		return nil, err
	}
	h.Start()
	return h, nil
}
