// A bitswap peer: boxo's client, boxo's message codec with a stream handler of its own, and boxo's server.
//
//	bitswap fetch ADDRESS PROTOCOLS CLIENTS ROOT   fetches the whole DAG, as so many clients at once
//	bitswap ask ADDRESS PROTOCOLS                  sends messages and prints what comes, see ask.go
//	bitswap serve CAR                              serves the archive's blocks until standard input ends
//
// PROTOCOLS are bitswap's, with commas between.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ipfs/boxo/bitswap/client"
	"github.com/ipfs/boxo/bitswap/network"
	"github.com/ipfs/boxo/bitswap/network/bsnet"
	"github.com/ipfs/boxo/bitswap/server"
	"github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/boxo/exchange"
	"github.com/ipfs/boxo/ipld/merkledag"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	car "github.com/ipld/go-car/v2"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

const patience = 5 * time.Minute

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 5 && args[0] == "fetch":
		clients, err := strconv.Atoi(args[3])
		if err != nil {
			return err
		}
		root, err := cid.Decode(args[4])
		if err != nil {
			return err
		}
		return fetchAll(args[1], args[2], clients, root)
	case len(args) == 3 && args[0] == "ask":
		return ask(args[1], args[2])
	case len(args) == 2 && args[0] == "serve":
		return serve(args[1])
	}
	return errors.New("unknown arguments")
}

func speak(h host.Host, protocols string) network.BitSwapNetwork {
	var ids []protocol.ID
	for _, id := range strings.Split(protocols, ",") {
		ids = append(ids, protocol.ID(id))
	}
	return bsnet.NewFromIpfsHost(h, bsnet.SupportedProtocols(ids))
}

// fetchAll prints how many blocks and bytes each client got, and how long all of them took.
func fetchAll(address, protocols string, clients int, root cid.Cid) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var count, size atomic.Int64
	var all sync.WaitGroup
	failures := make(chan error, clients)
	begun := time.Now()
	for range clients {
		all.Go(func() { failures <- fetch(ctx, address, protocols, root, &count, &size) })
	}
	all.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			return err
		}
	}
	fmt.Printf("%d %d %.6f\n", count.Load(), size.Load(), time.Since(begun).Seconds())
	return nil
}

func fetch(ctx context.Context, address, protocols string, root cid.Cid, count, size *atomic.Int64) error {
	h, err := assemble()
	if err != nil {
		return err
	}
	defer h.Close()
	provider, err := peer.AddrInfoFromString(address)
	if err != nil {
		return err
	}
	net := speak(h, protocols)
	store := blockstore.NewBlockstore(discarding{dssync.MutexWrap(datastore.NewNullDatastore())})
	bitswap := client.New(ctx, net, nil, store)
	net.Start(bitswap)
	defer bitswap.Close()
	defer net.Stop()
	if err := h.Connect(ctx, *provider); err != nil {
		return err
	}
	return walk(ctx, bitswap.NewSession(ctx), root, count, size)
}

// discarding lets no block through to a store: what is measured is how blocks are fetched.
type discarding struct{ datastore.Batching }

// walk fetches level by level; the client has hashed each block that it gives.
func walk(ctx context.Context, session exchange.Fetcher, root cid.Cid, count, size *atomic.Int64) error {
	for level := []cid.Cid{root}; len(level) > 0; {
		came, err := session.GetBlocks(ctx, level)
		if err != nil {
			return err
		}
		var next []cid.Cid
		got := 0
		for block := range came {
			got++
			count.Add(1)
			size.Add(int64(len(block.RawData())))
			links, err := linksOf(block)
			if err != nil {
				return err
			}
			next = append(next, links...)
		}
		if got != len(level) {
			return fmt.Errorf("%d of %d blocks came: %w", got, len(level), ctx.Err())
		}
		level = next
	}
	return nil
}

func linksOf(block blocks.Block) ([]cid.Cid, error) {
	if block.Cid().Prefix().Codec != cid.DagProtobuf {
		return nil, nil
	}
	node, err := merkledag.DecodeProtobuf(block.RawData())
	if err != nil {
		return nil, err
	}
	var links []cid.Cid
	for _, link := range node.Links() {
		links = append(links, link.Cid)
	}
	return links, nil
}

// serve prints its addresses, then "ready".
func serve(archive string) error {
	h, err := assemble()
	if err != nil {
		return err
	}
	defer h.Close()
	ctx := context.Background()
	store := blockstore.NewBlockstore(dssync.MutexWrap(datastore.NewMapDatastore()))
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	reader, err := car.NewBlockReader(bufio.NewReader(file))
	if err != nil {
		return err
	}
	for {
		block, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := store.Put(ctx, block); err != nil {
			return err
		}
	}
	net := bsnet.NewFromIpfsHost(h)
	bitswap := server.New(ctx, net, store)
	net.Start(bitswap)
	defer bitswap.Close()
	for _, address := range h.Addrs() {
		fmt.Printf("%s/p2p/%s\n", address, h.ID())
	}
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
