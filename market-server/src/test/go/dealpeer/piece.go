package main

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"math/bits"
	"strings"
)

// Pieces, computed from the specifications alone and with nothing of the provider's: CommP over Fr32 padding, piece CIDs of
// version 1 and 2 (FRC-0069), and aggregates (FRC-0058).

const (
	nodeBytes    = 32
	rawQuad      = 127
	paddedQuad   = 128
	entryBytes   = 64
	leastEntries = 4
)

type node = [nodeBytes]byte

// piece is a commitment with its sizes: padded, and of the payload.
type piece struct {
	commP  node
	padded uint64
	raw    uint64
}

func bit(data []byte, at int) byte { return data[at/8] >> (at % 8) & 1 }

// spread copies bits in runs, each to the beginning of a run of the other length.
func spread(from, to []byte, fromRun, toRun int) {
	shorter := min(fromRun, toRun)
	for run := range len(to) * 8 / toRun {
		for i := range shorter {
			at := run*toRun + i
			to[at/8] |= bit(from, run*fromRun+i) << (at % 8)
		}
	}
}

// fr32 pads: after every 254 bits come two that are zero.
func fr32(raw []byte) []byte {
	padded := make([]byte, len(raw)/rawQuad*paddedQuad)
	spread(raw, padded, 254, 256)
	return padded
}

func unfr32(padded []byte) []byte {
	raw := make([]byte, len(padded)/paddedQuad*rawQuad)
	spread(padded, raw, 256, 254)
	return raw
}

func hashPair(left, right node) node {
	sum := sha256.Sum256(append(append([]byte{}, left[:]...), right[:]...))
	sum[nodeBytes-1] &= 0x3f
	return sum
}

func pieceOf(data []byte) piece {
	padded := uint64(paddedQuad)
	for padded/paddedQuad*rawQuad < uint64(len(data)) {
		padded *= 2
	}
	whole := make([]byte, padded/paddedQuad*rawQuad)
	copy(whole, data)
	leaves := fr32(whole)
	level := make([]node, padded/nodeBytes)
	for i := range level {
		copy(level[i][:], leaves[i*nodeBytes:])
	}
	for len(level) > 1 {
		for i := range len(level) / 2 {
			level[i] = hashPair(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return piece{level[0], padded, uint64(len(data))}
}

func (p piece) cidV1() []byte {
	return append([]byte{1, 0x81, 0xe2, 3, 0x92, 0x20, nodeBytes}, p.commP[:]...)
}

func (p piece) cidV2() []byte {
	digest := binary.AppendUvarint(nil, p.padded/paddedQuad*rawQuad-p.raw)
	digest = append(digest, byte(bits.TrailingZeros64(p.padded/nodeBytes)))
	digest = append(digest, p.commP[:]...)
	return append(append([]byte{1, 0x55, 0x91, 0x20}, byte(len(digest))), digest...)
}

func cidText(cid []byte) string {
	return "b" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(cid))
}

// aggregate lays pieces one after the other, each at a multiple of its size, and puts their index at the end; its size is the
// one that Curio makes.
func aggregate(parts [][]byte) ([]byte, error) {
	offsets := make([]uint64, len(parts))
	end := uint64(0)
	for i, part := range parts {
		size := pieceOf(part).padded
		offsets[i] = (end + size - 1) / size * size
		end = offsets[i] + size
	}
	size := uint64(1) << bits.Len64(end+leastEntries*entryBytes)
	entries := max(uint64(leastEntries), uint64(1)<<max(0, bits.Len64(size/2048/entryBytes)-1))
	start := size - entries*entryBytes
	if uint64(len(parts)) > entries || end > start {
		return nil, errors.New("the pieces do not fit into their aggregate")
	}
	whole := make([]byte, size/paddedQuad*rawQuad)
	index := make([]byte, entries*entryBytes)
	for i, part := range parts {
		copy(whole[offsets[i]/paddedQuad*rawQuad:], part)
		found := pieceOf(part)
		entry := index[i*entryBytes : (i+1)*entryBytes]
		copy(entry, found.commP[:])
		binary.LittleEndian.PutUint64(entry[32:], offsets[i])
		binary.LittleEndian.PutUint64(entry[40:], found.padded)
		sum := sha256.Sum256(entry)
		sum[15] &= 0x3f
		copy(entry[48:], sum[:16])
	}
	copy(whole[start/paddedQuad*rawQuad:], unfr32(index))
	return whole, nil
}
