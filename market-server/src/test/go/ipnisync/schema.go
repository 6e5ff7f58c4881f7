package main

import (
	_ "embed"

	"github.com/ipld/go-ipld-prime/datamodel"
	"github.com/ipld/go-ipld-prime/node/bindnode"
	"github.com/ipld/go-ipld-prime/schema"

	ipld "github.com/ipld/go-ipld-prime"
)

//go:embed schema.ipldsch
var schemaText []byte

type advertisement struct {
	PreviousID datamodel.Link
	Provider   string
	Addresses  []string
	Signature  []byte
	Entries    datamodel.Link
	ContextID  []byte
	Metadata   []byte
	IsRm       bool
}

type entryChunk struct {
	Entries [][]byte
	Next    datamodel.Link
}

type signedHead struct {
	Head   datamodel.Link
	Topic  *string
	Pubkey []byte
	Sig    []byte
}

var (
	adPrototype    schema.TypedPrototype
	chunkPrototype schema.TypedPrototype
	headPrototype  schema.TypedPrototype
)

func init() {
	types, err := ipld.LoadSchemaBytes(schemaText)
	if err != nil {
		panic(err)
	}
	adPrototype = bindnode.Prototype((*advertisement)(nil), types.TypeByName("Advertisement"))
	chunkPrototype = bindnode.Prototype((*entryChunk)(nil), types.TypeByName("EntryChunk"))
	headPrototype = bindnode.Prototype((*signedHead)(nil), types.TypeByName("SignedHead"))
}
