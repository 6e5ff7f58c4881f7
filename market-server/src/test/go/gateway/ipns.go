package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ipfs/boxo/ipns"
	"github.com/ipfs/boxo/path"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/routing"
)

// names holds records under their routing keys, as a gateway looks for them.
type names map[string][]byte

// publish signs records for the CID and writes them into the folder, as NAME.ipns-record. Of the names it prints, "ipns-forged"
// has the record of another one, and that of "ipns-expired" is a minute too old.
func publish(folder string, target cid.Cid) (names, error) {
	made := names{}
	kinds := map[string]int{
		"ed25519": crypto.Ed25519, "rsa": crypto.RSA, "secp256k1": crypto.Secp256k1, "ecdsa": crypto.ECDSA,
		"forged": crypto.Ed25519, "expired": crypto.Ed25519,
	}
	for kind, algorithm := range kinds {
		private, public, err := crypto.GenerateKeyPairWithReader(algorithm, 2048, rand.Reader)
		if err != nil {
			return nil, err
		}
		id, err := peer.IDFromPublicKey(public)
		if err != nil {
			return nil, err
		}
		until := time.Now().Add(time.Hour)
		switch kind {
		case "forged":
			if private, _, err = crypto.GenerateKeyPairWithReader(algorithm, 0, rand.Reader); err != nil {
				return nil, err
			}
		case "expired":
			until = time.Now().Add(-time.Minute)
		}
		record, err := ipns.NewRecord(private, path.FromCid(target), 7, until, 5*time.Minute)
		if err != nil {
			return nil, err
		}
		data, err := ipns.MarshalRecord(record)
		if err != nil {
			return nil, err
		}
		name := ipns.NameFromPeer(id)
		made[string(name.RoutingKey())] = data
		if err := os.WriteFile(filepath.Join(folder, name.String()+".ipns-record"), data, 0o600); err != nil {
			return nil, err
		}
		fmt.Println("ipns-"+kind, name)
	}
	return made, nil
}

func (n names) GetValue(_ context.Context, key string, _ ...routing.Option) ([]byte, error) {
	if data, here := n[key]; here {
		return data, nil
	}
	return nil, routing.ErrNotFound
}

func (n names) PutValue(context.Context, string, []byte, ...routing.Option) error {
	return errors.New("nothing is put here")
}

func (n names) SearchValue(ctx context.Context, key string, _ ...routing.Option) (<-chan []byte, error) {
	data, err := n.GetValue(ctx, key)
	if err != nil {
		return nil, err
	}
	found := make(chan []byte, 1)
	found <- data
	close(found)
	return found, nil
}
