package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multiaddr"
)

const (
	// patience is how long a client goes on proposing to a provider that is away.
	patience    = 5 * time.Minute
	retryPause  = 300 * time.Millisecond
	dialTimeout = 10 * time.Second
)

type numbered struct {
	number int
	text   string
}

// flood is many clients, each a host of its own with an address and a subnet of its own, as strangers have. Every line of
// standard input, "<protocol> <hex>", is proposed by the next of them that is free, again and again until it is answered by
// something else than NOT_READY: the provider may be killed meanwhile. Lines go out at once as they are answered: "<number of the
// line> <hex of the answer> <microseconds of the exchange> <tries>". It ends when all are answered and no more come.
func flood(address, clients string) error {
	count, err := strconv.Atoi(clients)
	if err != nil {
		return err
	}
	provider, err := peer.AddrInfoFromString(address)
	if err != nil {
		return err
	}
	failures := make(chan error, count+1)
	lines := make(chan numbered)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(os.Stdin)
		scanner.Buffer(nil, longestLine)
		for i := 0; scanner.Scan(); i++ {
			lines <- numbered{i, scanner.Text()}
		}
		if err := scanner.Err(); err != nil {
			failures <- err
		}
	}()
	var out sync.Mutex
	var work sync.WaitGroup
	for client := range count {
		work.Add(1)
		go func() {
			defer work.Done()
			h, err := assemble(dialFrom(net.IPv4(127, byte(1+client/250), byte(1+client%250), 1)))
			if err != nil {
				failures <- err
				return
			}
			defer h.Close()
			for line := range lines {
				answer, took, tries, err := insist(h, *provider, line.text)
				if err != nil {
					failures <- fmt.Errorf("line %d: %w", line.number, err)
					return
				}
				out.Lock()
				fmt.Println(line.number, hex.EncodeToString(answer), took.Microseconds(), tries)
				out.Unlock()
			}
		}()
	}
	work.Wait()
	var all []error
	for len(failures) > 0 {
		all = append(all, <-failures)
	}
	return errors.Join(all...)
}

func dialFrom(local net.IP) tcp.Option {
	return tcp.WithDialerForAddr(func(multiaddr.Multiaddr) (tcp.ContextDialer, error) {
		return &net.Dialer{LocalAddr: &net.TCPAddr{IP: local}}, nil
	})
}

func insist(h host.Host, provider peer.AddrInfo, line string) ([]byte, time.Duration, int, error) {
	end := time.Now().Add(patience)
	for tries := 1; ; tries++ {
		start := time.Now()
		answer, err := proposeOnce(h, provider, line)
		if err == nil && !bytes.Contains(answer, []byte("NOT_READY:")) {
			return answer, time.Since(start), tries, nil
		}
		if time.Now().After(end) {
			return nil, 0, tries, fmt.Errorf("not answered after %d tries: %w", tries, err)
		}
		time.Sleep(retryPause)
	}
}

func proposeOnce(h host.Host, provider peer.AddrInfo, line string) ([]byte, error) {
	name, message, _ := strings.Cut(line, " ")
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
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
	proposal, err := hex.DecodeString(message)
	if err != nil {
		return nil, err
	}
	if _, err := s.Write(proposal); err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(io.LimitReader(s, longestAnswer))
	if err == nil && len(answer) == 0 {
		err = errors.New("no answer")
	}
	return answer, err
}
