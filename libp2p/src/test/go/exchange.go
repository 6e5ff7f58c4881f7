package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

const longestAnswer = 1 << 20

// exchange sends one message and reads the answer to its end (exchange <peer> <protocol> <hex>). It answers with both the answer
// and the address of the connection that was used.
func exchange(ctx context.Context, n node, arguments []string) (string, error) {
	id, err := peer.Decode(arguments[0])
	if err != nil {
		return "", err
	}
	message, err := hex.DecodeString(arguments[2])
	if err != nil {
		return "", err
	}
	s, err := n.host.NewStream(ctx, id, protocol.ID(arguments[1]))
	if err != nil {
		return "", err
	}
	defer s.Close()
	if err := s.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return "", err
	}
	if _, err := s.Write(message); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(io.LimitReader(s, longestAnswer))
	return fmt.Sprintf("%x %s", answer, s.Conn().RemoteMultiaddr()), err
}
