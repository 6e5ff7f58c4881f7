package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/ipfs/boxo/blockstore"
	chunk "github.com/ipfs/boxo/chunker"
	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/boxo/ipld/unixfs/importer/balanced"
	"github.com/ipfs/boxo/ipld/unixfs/importer/helpers"
	uio "github.com/ipfs/boxo/ipld/unixfs/io"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/ipld/go-ipld-prime/codec/dagcbor"
	"github.com/ipld/go-ipld-prime/datamodel"
	"github.com/ipld/go-ipld-prime/fluent/qp"
	cidlink "github.com/ipld/go-ipld-prime/linking/cid"
	"github.com/ipld/go-ipld-prime/node/basicnode"
	"github.com/multiformats/go-multihash"
)

const (
	// Bytes in a leaf of a file of several blocks.
	leaf = 256
	// Entries of the sharded directory; with 256 places a shard, many lie two shards deep.
	entries = 400
)

var v1 = cid.V1Builder{Codec: cid.DagProtobuf, MhType: multihash.SHA2_256}

// maker makes content. It is a DAG service for what it makes: what is added last comes last in the archive.
type maker struct {
	ctx    context.Context
	blocks map[cid.Cid][]byte
	order  []cid.Cid
}

func (m *maker) make() {
	text := m.file("hello from a file of one block\n")
	many := m.file(lines(4*leaf + 2))
	again := m.file("the same in two places\n")

	m.name("single", text)
	m.name("multiblock", many)
	for i, link := range many.Links() {
		m.nameCid(fmt.Sprintf("multiblock-leaf-%d", i), link.Cid)
	}
	sub := m.directory(map[string]ipld.Node{"ascii.txt": text, "multiblock.txt": many})
	m.name("subdir", sub)
	m.name("mixed", m.directory(map[string]ipld.Node{"subdir": sub}))
	m.name("duplicates", m.directory(map[string]ipld.Node{
		"ascii.txt": again, "ascii-copy.txt": again, "hello.txt": text, "multiblock.txt": many,
	}))
	m.name("deep", m.layout(lines(40*leaf), 3))
	m.name("repeats", m.layout(strings.Repeat("x", 30*leaf), 3))
	m.sharded()
	m.documents(text, sub)
	m.missing()
	m.website(text, many)
}

func (m *maker) sharded() {
	shards, err := uio.NewHAMTDirectory(m, 0, uio.WithCidBuilder(v1), uio.WithMaxHAMTFanout(256))
	m.check(err)
	small, err := uio.NewHAMTDirectory(m, 0, uio.WithCidBuilder(v1), uio.WithMaxHAMTFanout(8))
	m.check(err)
	for i := range entries {
		file := m.file(fmt.Sprintf("%d\n", i) + lines(2*leaf))
		m.check(shards.AddChild(m.ctx, fmt.Sprintf("%d.txt", i), file))
		if i < 60 {
			m.check(small.AddChild(m.ctx, fmt.Sprintf("ünï-%d.txt", i), file))
		}
	}
	for name, made := range map[string]uio.Directory{"sharded": shards, "sharded-by-eight": small} {
		node, err := made.GetNode()
		m.check(err)
		m.check(m.Add(m.ctx, node))
		m.name(name, node)
	}
}

func (m *maker) documents(text, sub ipld.Node) {
	inner := m.document(func(ma datamodel.MapAssembler) {
		qp.MapEntry(ma, "single", qp.Link(cidlink.Link{Cid: text.Cid()}))
		qp.MapEntry(ma, "list", qp.List(2, func(la datamodel.ListAssembler) {
			qp.ListEntry(la, qp.String("no link"))
			qp.ListEntry(la, qp.Link(cidlink.Link{Cid: sub.Cid()}))
		}))
	})
	m.nameCid("inner", inner)
	document := m.document(func(ma datamodel.MapAssembler) {
		qp.MapEntry(ma, "files", qp.Map(2, func(files datamodel.MapAssembler) {
			qp.MapEntry(files, "single", qp.Link(cidlink.Link{Cid: text.Cid()}))
			qp.MapEntry(files, "number", qp.Int(7))
		}))
		qp.MapEntry(ma, "inner", qp.Link(cidlink.Link{Cid: inner}))
	})
	m.nameCid("document", document)
	with := unixfs.EmptyDirNode()
	m.check(with.SetCidBuilder(v1))
	m.check(with.AddRawLink("document", &ipld.Link{Cid: document, Size: uint64(len(m.blocks[document]))}))
	m.check(m.Add(m.ctx, with))
	m.name("with-document", with)
}

// missing makes a file of three blocks of which the one in the middle is nowhere.
func (m *maker) missing() {
	node := m.chunked(lines(3*1024), 1024, 174)
	m.name("missing", node)
	for i, link := range node.Links() {
		m.nameCid(fmt.Sprintf("missing-leaf-%d", i), link.Cid)
	}
	delete(m.blocks, node.Links()[1].Cid)
}

func (m *maker) website(text, many ipld.Node) {
	page := m.file("<!DOCTYPE html><title>A page</title><p>Hello.\n")
	home := m.directory(map[string]ipld.Node{"index.html": page, "style.css": m.file("p { color: red }\n")})
	pictures := m.directory(map[string]ipld.Node{
		"mars.jpg":           m.file("\xff\xd8\xff\xe0\x00\x10JFIF\x00 not much of a picture"),
		"no extension":       m.file("\x89PNG\r\n\x1a\n not much of a picture either"),
		"<b>&\"quoted\".txt": text,
		"file-źł.txt":        many,
		"100%25.txt":         text,
		"empty":              m.file(""),
	})
	m.name("website", m.directory(map[string]ipld.Node{"home": home, "pictures": pictures, "multiblock.txt": many}))
}

func lines(size int) string {
	var text strings.Builder
	for i := 0; text.Len() < size; i++ {
		fmt.Fprintf(&text, "line %d\n", i)
	}
	return text.String()[:size]
}

// file makes a file that is one raw block, or has raw leaves if it is longer than one.
func (m *maker) file(content string) ipld.Node {
	return m.layout(content, 174)
}

func (m *maker) layout(content string, links int) ipld.Node {
	return m.chunked(content, leaf, links)
}

func (m *maker) chunked(content string, size int64, links int) ipld.Node {
	params := helpers.DagBuilderParams{Maxlinks: links, RawLeaves: true, CidBuilder: v1, Dagserv: m}
	builder, err := params.New(chunk.NewSizeSplitter(bytes.NewReader([]byte(content)), size))
	m.check(err)
	node, err := balanced.Layout(builder)
	m.check(err)
	return node
}

func (m *maker) directory(files map[string]ipld.Node) ipld.Node {
	directory, err := uio.NewBasicDirectory(m, uio.WithCidBuilder(v1))
	m.check(err)
	for name, file := range files {
		m.check(directory.AddChild(m.ctx, name, file))
	}
	node, err := directory.GetNode()
	m.check(err)
	m.check(m.Add(m.ctx, node))
	return node
}

func (m *maker) document(fill func(datamodel.MapAssembler)) cid.Cid {
	node, err := qp.BuildMap(basicnode.Prototype.Any, -1, fill)
	m.check(err)
	var out bytes.Buffer
	m.check(dagcbor.Encode(node, &out))
	made, err := cid.V1Builder{Codec: cid.DagCBOR, MhType: multihash.SHA2_256}.Sum(out.Bytes())
	m.check(err)
	m.put(made, out.Bytes())
	return made
}

func (m *maker) name(name string, node ipld.Node) {
	m.nameCid(name, node.Cid())
}

func (m *maker) nameCid(name string, c cid.Cid) {
	fmt.Println(name, c)
}

// check ends the program when boxo cannot make something.
func (m *maker) check(err error) {
	if err != nil {
		panic(err)
	}
}

func (m *maker) put(c cid.Cid, data []byte) {
	if _, known := m.blocks[c]; !known {
		m.order = append(m.order, c)
	}
	m.blocks[c] = data
}

func (m *maker) copyTo(store blockstore.Blockstore) error {
	for c, data := range m.blocks {
		block, err := blocks.NewBlockWithCid(data, c)
		if err != nil {
			return err
		}
		if err := store.Put(m.ctx, block); err != nil {
			return err
		}
	}
	return nil
}

// Add and its likes make a DAG service of the maker.
func (m *maker) Add(_ context.Context, node ipld.Node) error {
	m.put(node.Cid(), node.RawData())
	return nil
}

func (m *maker) AddMany(ctx context.Context, nodes []ipld.Node) error {
	for _, node := range nodes {
		_ = m.Add(ctx, node)
	}
	return nil
}

func (m *maker) Get(_ context.Context, c cid.Cid) (ipld.Node, error) {
	data, here := m.blocks[c]
	if !here {
		return nil, ipld.ErrNotFound{Cid: c}
	}
	block, err := blocks.NewBlockWithCid(data, c)
	if err != nil {
		return nil, err
	}
	if c.Type() == cid.Raw {
		return merkledag.DecodeRawBlock(block)
	}
	return merkledag.DecodeProtobufBlock(block)
}

func (m *maker) GetMany(ctx context.Context, cids []cid.Cid) <-chan *ipld.NodeOption {
	out := make(chan *ipld.NodeOption, len(cids))
	for _, c := range cids {
		node, err := m.Get(ctx, c)
		out <- &ipld.NodeOption{Node: node, Err: err}
	}
	close(out)
	return out
}

func (m *maker) Remove(context.Context, cid.Cid) error { return nil }

func (m *maker) RemoveMany(context.Context, []cid.Cid) error { return nil }
