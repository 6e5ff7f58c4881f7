package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/host/autonat"
)

// natting asks a peer to dial this host back (autonat-ask <peer>), or serves AutoNAT (autonat-serve), which go-libp2p refuses to
// do for addresses that are not public.
func natting(ctx context.Context, n node, command string, arguments []string) (string, error) {
	switch command {
	case "autonat-ask":
		id, err := peer.Decode(arguments[0])
		if err != nil {
			return "", err
		}
		if err := autonat.NewAutoNATClient(n.host, n.host.Addrs, nil).DialBack(ctx, id); err != nil {
			return "", err
		}
		return "dialled", nil
	case "autonat-serve":
		key, _, err := crypto.GenerateKeyPairWithReader(crypto.Ed25519, 2048, rand.Reader)
		if err != nil {
			return "", err
		}
		dialer, err := assemble(key)
		if err != nil {
			return "", err
		}
		_, err = autonat.New(n.host, autonat.EnableService(dialer.Network()))
		return "", err
	}
	return "", fmt.Errorf("no command %s", command)
}
