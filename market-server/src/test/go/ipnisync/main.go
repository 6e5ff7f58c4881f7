// Command ipnisync reads a chain of advertisements over HTTP as an indexer does, from the head back, and checks the hash and
// the signature of everything: ipnisync URL PEER. It prints what the chain says, newest first.
package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/ipfs/go-cid"
	ipld "github.com/ipld/go-ipld-prime"
	"github.com/ipld/go-ipld-prime/codec/dagcbor"
	"github.com/ipld/go-ipld-prime/codec/dagjson"
	"github.com/ipld/go-ipld-prime/datamodel"
	cidlink "github.com/ipld/go-ipld-prime/linking/cid"
	"github.com/ipld/go-ipld-prime/node/bindnode"
	"github.com/ipld/go-ipld-prime/schema"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/record"
	"github.com/multiformats/go-multiaddr"
	"github.com/multiformats/go-multihash"
)

const (
	maxBlock  = 4 << 20
	noEntries = "bafkreehdwdcefgh4dqkjv67uzcmw7oje"
)

var client = http.Client{Timeout: 60 * time.Second}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: ipnisync URL PEER")
		os.Exit(2)
	}
	if err := sync(strings.TrimSuffix(os.Args[1], "/")+"/ipni/v1/ad/", os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func sync(base, provider string) error {
	head, err := readHead(base, provider)
	if err != nil || !head.Defined() {
		return err
	}
	fmt.Println("head", head)
	removed := map[string]bool{}
	for next := head; next.Defined(); {
		ad, err := readAd(base, next, provider)
		if err != nil {
			return fmt.Errorf("advertisement %s: %w", next, err)
		}
		fmt.Println("ad", next, fmt.Sprint("rm=", ad.IsRm), hex.EncodeToString(ad.ContextID), hex.EncodeToString(ad.Metadata),
			strings.Join(ad.Addresses, ","))
		// Indexers do not ask for the entries of what was taken back later.
		removed[string(ad.ContextID)] = removed[string(ad.ContextID)] || ad.IsRm
		if removed[string(ad.ContextID)] {
			next = cidOf(ad.PreviousID)
			continue
		}
		if err := readEntries(base, ad); err != nil {
			return fmt.Errorf("entries of %s: %w", next, err)
		}
		next = cidOf(ad.PreviousID)
	}
	return nil
}

func readHead(base, provider string) (cid.Cid, error) {
	status, body, err := get(base + "head")
	if err != nil || status == http.StatusNoContent {
		return cid.Undef, err
	}
	node, err := decode(body, dagjson.Decode, headPrototype)
	if err != nil {
		return cid.Undef, err
	}
	head := bindnode.Unwrap(node).(*signedHead)
	key, err := crypto.UnmarshalPublicKey(head.Pubkey)
	if err != nil {
		return cid.Undef, err
	}
	covered := cidOf(head.Head).Bytes()
	if head.Topic != nil {
		covered = append(covered, *head.Topic...)
	}
	if ok, err := key.Verify(covered, head.Sig); err != nil || !ok {
		return cid.Undef, errors.New("the head's signature is wrong")
	}
	return cidOf(head.Head), isProvider(key, provider)
}

func isProvider(key crypto.PubKey, provider string) error {
	id, err := peer.IDFromPublicKey(key)
	if err != nil {
		return err
	}
	if id.String() != provider {
		return fmt.Errorf("signed by %s instead of %s", id, provider)
	}
	return nil
}

func readAd(base string, at cid.Cid, provider string) (*advertisement, error) {
	node, err := load(base, at, adPrototype)
	if err != nil {
		return nil, err
	}
	ad := bindnode.Unwrap(node).(*advertisement)
	if len(ad.ContextID) > 64 || len(ad.Metadata) > 1024 {
		return nil, errors.New("the context ID or the metadata is too long")
	}
	for _, address := range ad.Addresses {
		if _, err := multiaddr.NewMultiaddr(address); err != nil {
			return nil, err
		}
	}
	return ad, verify(ad, provider)
}

type adSignature struct{ hash []byte }

func (r *adSignature) Domain() string                   { return "indexer" }
func (r *adSignature) Codec() []byte                    { return []byte("/indexer/ingest/adSignature") }
func (r *adSignature) MarshalRecord() ([]byte, error)   { return r.hash, nil }
func (r *adSignature) UnmarshalRecord(buf []byte) error { r.hash = buf; return nil }

func verify(ad *advertisement, provider string) error {
	var signed adSignature
	envelope, err := record.ConsumeTypedEnvelope(ad.Signature, &signed)
	if err != nil {
		return err
	}
	var covered bytes.Buffer
	if ad.PreviousID != nil {
		covered.Write(cidOf(ad.PreviousID).Bytes())
	}
	covered.Write(cidOf(ad.Entries).Bytes())
	covered.WriteString(ad.Provider)
	for _, address := range ad.Addresses {
		covered.WriteString(address)
	}
	covered.Write(ad.Metadata)
	removal := byte(0)
	if ad.IsRm {
		removal = 1
	}
	covered.WriteByte(removal)
	hash, err := multihash.Sum(covered.Bytes(), multihash.SHA2_256, -1)
	if err != nil {
		return err
	}
	if !bytes.Equal(hash, signed.hash) {
		return errors.New("the signature is of another advertisement")
	}
	if ad.Provider != provider {
		return fmt.Errorf("an advertisement of %s", ad.Provider)
	}
	return isProvider(envelope.PublicKey, provider)
}

func readEntries(base string, ad *advertisement) error {
	next := cidOf(ad.Entries)
	if next.String() == noEntries {
		return nil
	}
	for next.Defined() {
		node, err := load(base, next, chunkPrototype)
		if err != nil {
			return err
		}
		chunk := bindnode.Unwrap(node).(*entryChunk)
		fmt.Println("chunk", next, len(chunk.Entries))
		for _, entry := range chunk.Entries {
			if _, err := multihash.Cast(entry); err != nil {
				return err
			}
			fmt.Println(hex.EncodeToString(entry))
		}
		next = cidOf(chunk.Next)
	}
	return nil
}

func load(base string, at cid.Cid, prototype schema.TypedPrototype) (datamodel.Node, error) {
	if at.Prefix().MhType != multihash.SHA2_256 {
		return nil, fmt.Errorf("%s is not a SHA2-256 CID", at)
	}
	status, body, err := get(base + at.String())
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("status %d", status)
	}
	got, err := at.Prefix().Sum(body)
	if err != nil {
		return nil, err
	}
	if !got.Equals(at) {
		return nil, fmt.Errorf("the block hashes to %s", got)
	}
	switch at.Prefix().Codec {
	case cid.DagCBOR:
		return decode(body, dagcbor.Decode, prototype)
	case cid.DagJSON:
		return decode(body, dagjson.Decode, prototype)
	}
	return nil, fmt.Errorf("codec %x", at.Prefix().Codec)
}

func decode(body []byte, decoder ipld.Decoder, prototype schema.TypedPrototype) (datamodel.Node, error) {
	return ipld.DecodeUsingPrototype(body, decoder, prototype)
}

func get(url string) (int, []byte, error) {
	response, err := client.Get(url)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBlock))
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s answered %d: %s", url, response.StatusCode, body)
	}
	return response.StatusCode, body, err
}

func cidOf(link datamodel.Link) cid.Cid {
	if link == nil {
		return cid.Undef
	}
	return link.(cidlink.Link).Cid
}
