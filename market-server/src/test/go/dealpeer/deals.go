package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
)

// client makes deals of every kind: over libp2p as Boost's client does, over HTTP as Curio's does.
type client struct {
	config struct {
		Provider string
		URL      string
		Key      string
		Miner    uint64
	}
	wallet   wallet
	provider peer.AddrInfo
	host     host.Host
	http     *http.Client
}

// deals reads its configuration from the first line of standard input and then one wish a line, all JSON; each is answered by
// a line {"ok": …} or {"error": "…"}.
func deals() error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	c := client{http: &http.Client{Timeout: time.Minute}}
	lines.Scan()
	if err := json.Unmarshal(lines.Bytes(), &c.config); err != nil {
		return err
	}
	provider, err := peer.AddrInfoFromString(c.config.Provider)
	if err != nil {
		return err
	}
	c.provider = *provider
	if c.wallet, err = newWallet(c.config.Key); err != nil {
		return err
	}
	if c.host, err = assemble(); err != nil {
		return err
	}
	defer c.host.Close()
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		answer, err := c.answer(lines.Bytes())
		if err != nil {
			err = out.Encode(map[string]string{"error": err.Error()})
		} else {
			err = out.Encode(map[string]any{"ok": answer})
		}
		if err != nil {
			return err
		}
	}
	return lines.Err()
}

func (c *client) answer(line []byte) (any, error) {
	var wish struct {
		Do    string
		Deal  string
		Path  string
		File  string
		Files []string
		Chunk int
		Mk12  proposal
		Mk20  direct
	}
	if err := json.Unmarshal(line, &wish); err != nil {
		return nil, err
	}
	switch wish.Do {
	case "piece":
		data, err := os.ReadFile(wish.File)
		if err != nil {
			return nil, err
		}
		found := pieceOf(data)
		return map[string]any{"v1": cidText(found.cidV1()), "v2": cidText(found.cidV2()), "size": found.padded}, nil
	case "aggregate":
		contents, err := contentsOf(wish.Files)
		if err != nil {
			return nil, err
		}
		whole, err := aggregate(contents)
		if err != nil {
			return nil, err
		}
		return len(whole), os.WriteFile(wish.File, whole, 0o600)
	case "ask":
		return c.ask()
	case "transports":
		return c.transports()
	case "propose mk12":
		return c.proposeMk12(wish.Mk12)
	case "status mk12":
		return c.statusMk12(wish.Deal)
	case "propose mk20":
		return c.proposeMk20(wish.Mk20)
	case "get mk20":
		return c.do(http.MethodGet, wish.Path, nil, false)
	case "upload whole":
		return c.uploadWhole(wish.Deal, wish.File)
	case "upload chunked":
		return c.uploadChunked(wish.Deal, wish.File, wish.Chunk)
	}
	return nil, fmt.Errorf("no such wish: %s", wish.Do)
}
