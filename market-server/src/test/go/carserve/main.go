// A client that serves a deal's data by HTTP over libp2p, as Boost's clients do (Libp2pCarServer): HTTP/1.1 on streams of
// /fil/storage/transfer/1.0.0, the token as the password of basic authentication. It serves one file, over TCP and QUIC on the
// loopback interface.
//
// Arguments: the file, the token, and the bytes after which it breaks the first answer, closing the connection, and the second,
// ending the stream; 0 for never. It prints its addresses, then "ready", then a line for each request: its method, path, host and
// range. It ends when standard input does.
//
// Or: the word "pieces", a folder and a token. Then it is a piece locator as Curio asks one: over plain HTTP it serves
// /pieces?id=NAME from the file of that name to whoever has the token as a bearer, and prints its URL.
package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/gostream"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2pquic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/quicreuse"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multiaddr"
	"github.com/quic-go/quic-go"
)

const transferProtocol = "/fil/storage/transfer/1.0.0"

func main() {
	serve := run
	if os.Args[1] == "pieces" {
		serve = func(_, folder, token string) error { return locate(folder, token) }
	}
	if err := serve(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(file, token, cut string) error {
	most, err := strconv.ParseInt(cut, 10, 64)
	if err != nil {
		return err
	}
	h, err := assemble()
	if err != nil {
		return err
	}
	defer h.Close()
	listener, err := gostream.Listen(h, transferProtocol)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: &carServer{h: h, file: file, token: token, most: most}}
	go server.Serve(listener)
	for _, address := range h.Addrs() {
		fmt.Printf("%s/p2p/%s\n", address, h.ID())
	}
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func locate(folder, token string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	pieces := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		data, err := os.Open(filepath.Join(folder, filepath.Base(r.URL.Query().Get("id"))))
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		defer data.Close()
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Time{}, data)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/pieces", pieces)
	go http.Serve(listener, mux)
	fmt.Printf("http://%s\n", listener.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

type carServer struct {
	h     host.Host
	file  string
	token string
	most  int64
	asked atomic.Int64
}

func (s *carServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fmt.Printf("%s %s %s %q\n", r.Method, r.URL.Path, r.Host, r.Header.Get("Range"))
	if _, token, ok := r.BasicAuth(); !ok || token != s.token {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	data, err := os.Open(s.file)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	defer data.Close()
	w.Header().Set("Content-Type", "application/car")
	number := s.asked.Add(1)
	if s.most == 0 || number > 2 {
		http.ServeContent(w, r, "", time.Time{}, data)
		return
	}
	http.ServeContent(&cutWriter{w, s.most}, r, "", time.Time{}, data)
	w.(http.Flusher).Flush()
	if number == 1 {
		remote, err := peer.Decode(r.RemoteAddr)
		if err == nil {
			s.h.Network().ClosePeer(remote)
		}
	}
	panic(http.ErrAbortHandler)
}

// cutWriter takes so many bytes of a body and no more.
type cutWriter struct {
	http.ResponseWriter
	left int64
}

func (c *cutWriter) Write(bytes []byte) (int, error) {
	if int64(len(bytes)) > c.left {
		count, err := c.ResponseWriter.Write(bytes[:c.left])
		c.left = 0
		return count, errors.Join(err, io.ErrShortWrite)
	}
	c.left -= int64(len(bytes))
	return c.ResponseWriter.Write(bytes)
}

func assemble() (host.Host, error) {
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
	streams, err := tcp.NewTCPTransport(upgrade, nil, nil)
	if err != nil {
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
	if err := errors.Join(network.AddTransport(streams), network.AddTransport(packets)); err != nil {
		return nil, err
	}
	if err := network.Listen(multiaddr.StringCast("/ip4/127.0.0.1/tcp/0"),
		multiaddr.StringCast("/ip4/127.0.0.1/udp/0/quic-v1")); err != nil {
		return nil, err
	}
	h, err := basichost.NewHost(network, &basichost.HostOpts{EventBus: bus, UserAgent: "adit-car-serve"})
	if err != nil {
		return nil, err
	}
	h.Start()
	return h, nil
}

func random32() (key [32]byte) {
	rand.Read(key[:])
	return key
}
