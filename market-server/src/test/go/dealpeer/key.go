package main

import (
	"encoding/base32"
	"encoding/hex"
	"strings"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"golang.org/x/crypto/blake2b"
)

// wallet is a client's key, as Lotus' wallet holds and uses it.
type wallet struct{ key *secp256k1.PrivateKey }

func newWallet(secret string) (wallet, error) {
	bytes, err := hex.DecodeString(secret)
	if err != nil {
		return wallet{}, err
	}
	return wallet{secp256k1.PrivKeyFromBytes(bytes)}, nil
}

func blake(size int, message []byte) []byte {
	hash, err := blake2b.New(size, nil)
	if err != nil {
		panic(err)
	}
	hash.Write(message)
	return hash.Sum(nil)
}

// address is the f1 address as bytes.
func (w wallet) address() []byte {
	return append([]byte{1}, blake(20, w.key.PubKey().SerializeUncompressed())...)
}

// addressText writes an f1 address.
func addressText(address []byte) string {
	summed := append(append([]byte{}, address[1:]...), blake(4, address)...)
	return "f1" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(summed))
}

// sign answers the signature with its type in front: r, s and the recovery number over blake2b-256 of the message.
func (w wallet) sign(message []byte) []byte {
	compact := ecdsa.SignCompact(w.key, blake(32, message), false)
	return append(append([]byte{1}, compact[1:]...), compact[0]-27)
}
