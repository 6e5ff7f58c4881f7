package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	message "github.com/ipfs/boxo/bitswap/message"
	pb "github.com/ipfs/boxo/bitswap/message/pb"
	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-msgio"
)

// ask reads a message from each line, words with spaces between: "block CID", "have CID", "cancel CID", each with "!" before CID to
// be told where it is not here; "full" for the whole wantlist, "deaf" to read no answer from now on. They go out on one stream.
//
// For each message that comes it prints a line: "PROTOCOL: block CID LENGTH, have CID, dont CID, pending BYTES"; "sent" for each
// that was written.
func ask(address, protocols string) error {
	h, err := assemble()
	if err != nil {
		return err
	}
	defer h.Close()
	ctx := context.Background()
	provider, err := peer.AddrInfoFromString(address)
	if err != nil {
		return err
	}
	var ids []protocol.ID
	for _, id := range strings.Split(protocols, ",") {
		ids = append(ids, protocol.ID(id))
	}
	answers := &answers{}
	answers.hearing.Add(1)
	for _, id := range ids {
		h.SetStreamHandler(id, answers.read)
	}
	if err := h.Connect(ctx, *provider); err != nil {
		return err
	}
	stream, err := h.NewStream(ctx, provider.ID, ids...)
	if err != nil {
		return err
	}
	answers.hearing.Done()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		if lines.Text() == "deaf" {
			answers.deafen(h)
			continue
		}
		wants, err := parse(lines.Text())
		if err != nil {
			return err
		}
		if err := wants.ToNetV1(stream); err != nil {
			answers.print("failed " + err.Error())
			continue
		}
		answers.print("sent")
	}
	return lines.Err()
}

func parse(line string) (message.BitSwapMessage, error) {
	words := strings.Fields(line)
	wants := message.New(len(words) > 0 && words[0] == "full")
	if wants.Full() {
		words = words[1:]
	}
	priority := int32(1 << 30)
	for len(words) >= 2 {
		text, told := strings.CutPrefix(words[1], "!")
		wanted, err := cid.Decode(text)
		if err != nil {
			return nil, err
		}
		switch words[0] {
		case "block":
			wants.AddEntry(wanted, priority, pb.Message_Wantlist_Block, told)
		case "have":
			wants.AddEntry(wanted, priority, pb.Message_Wantlist_Have, told)
		case "cancel":
			wants.Cancel(wanted)
		default:
			return nil, errors.New("no kind of want: " + words[0])
		}
		priority--
		words = words[2:]
	}
	return wants, nil
}

type answers struct {
	printing sync.Mutex
	hearing  sync.WaitGroup
	lock     sync.Mutex
	deaf     bool
}

func (a *answers) print(line string) {
	a.printing.Lock()
	defer a.printing.Unlock()
	fmt.Println(line)
}

func (a *answers) deafen(h host.Host) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.deaf = true
	a.print("deaf")
}

func (a *answers) isDeaf() bool {
	a.lock.Lock()
	defer a.lock.Unlock()
	return a.deaf
}

func (a *answers) read(stream network.Stream) {
	a.hearing.Wait()
	reader := msgio.NewVarintReaderSize(stream, 4<<20)
	for !a.isDeaf() {
		came, _, err := message.FromMsgReader(reader)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				a.print("lost " + err.Error())
			}
			return
		}
		var said []string
		for _, block := range came.Blocks() {
			said = append(said, fmt.Sprintf("block %s %d", block.Cid(), len(block.RawData())))
		}
		for _, have := range came.Haves() {
			said = append(said, "have "+have.String())
		}
		for _, dont := range came.DontHaves() {
			said = append(said, "dont "+dont.String())
		}
		if came.PendingBytes() > 0 {
			said = append(said, fmt.Sprintf("pending %d", came.PendingBytes()))
		}
		a.print(string(stream.Protocol()) + ": " + strings.Join(said, ", "))
	}
}
