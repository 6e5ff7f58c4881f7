// A gateway to compare with: boxo's handler, which is kubo's, over content that boxo's own libraries make.
//
//	gateway CAR trustless|website
//
// writes the content into the archive, prints a line "NAME CID" for each thing in it, then "serving ADDRESS", and serves it
// until standard input ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/ipfs/boxo/blockservice"
	"github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/boxo/exchange/offline"
	"github.com/ipfs/boxo/gateway"
	"github.com/ipfs/go-cid"
	"github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	"github.com/ipld/go-car/v2"
	"github.com/ipld/go-car/v2/storage"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: gateway CAR trustless|website")
	}
	ctx := context.Background()
	maker := &maker{ctx: ctx, blocks: map[cid.Cid][]byte{}}
	maker.make()
	if err := maker.write(args[0]); err != nil {
		return err
	}

	// As kubo does, so that blocks inside CIDs are found.
	store := blockstore.NewIdStore(blockstore.NewBlockstore(dssync.MutexWrap(datastore.NewMapDatastore())))
	if err := maker.copyTo(store); err != nil {
		return err
	}
	records, err := publish(filepath.Dir(args[0]), maker.order[0])
	if err != nil {
		return err
	}
	backend, err := gateway.NewBlocksBackend(
		blockservice.New(store, offline.Exchange(store)), gateway.WithValueStore(records))
	if err != nil {
		return err
	}
	handler := gateway.NewHandler(gateway.Config{
		DeserializedResponses: args[1] == "website",
		DeprecatedXIpfsPath:   true,
		NoDNSLink:             true,
	}, backend)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("serving", listener.Addr())
	server := &http.Server{Handler: handler}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// write puts every block into an archive; the root that it names is of no interest.
func (m *maker) write(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	archive, err := storage.NewWritable(file, []cid.Cid{m.order[0]}, car.WriteAsCarV1(true))
	if err != nil {
		return err
	}
	for _, c := range m.order {
		data, here := m.blocks[c]
		if !here {
			continue
		}
		if err := archive.Put(m.ctx, c.KeyString(), data); err != nil {
			return err
		}
	}
	if err := archive.Finalize(); err != nil {
		return err
	}
	return file.Close()
}
