package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid"
)

// Deals over HTTP. The shapes, the header and the order of the requests are those of Curio's Go client
// (market/mk20/client, and the types of market/mk20), whose module is not to be had from the registry; also what it sends
// where nothing is to be said: null, "", and "<empty>" for an address that is none.

const marketPath = "/market/mk20"

type link struct {
	CID string `json:"/"`
}

type empty struct{}

type format struct {
	Car       *empty           `json:"car,omitempty"`
	Aggregate *formatAggregate `json:"aggregate,omitempty"`
	Raw       *empty           `json:"raw,omitempty"`
}

type formatAggregate struct {
	Type int          `json:"type"`
	Sub  []dataSource `json:"sub"`
}

type httpURL struct {
	URL      string      `json:"url"`
	Headers  http.Header `json:"headers"`
	Priority int         `json:"priority"`
	Fallback bool        `json:"fallback"`
}

type sourceHTTP struct {
	URLs []httpURL `json:"urls"`
}

type sourceAggregate struct {
	Pieces []dataSource `json:"pieces"`
}

type dataSource struct {
	PieceCID        link             `json:"piece_cid"`
	Format          format           `json:"format"`
	SourceHTTP      *sourceHTTP      `json:"source_http,omitempty"`
	SourceAggregate *sourceAggregate `json:"source_aggregate,omitempty"`
	SourceOffline   *empty           `json:"source_offline,omitempty"`
	SourceHTTPPut   *empty           `json:"source_http_put,omitempty"`
}

type ddoV1 struct {
	Provider            string  `json:"provider"`
	StartEpoch          *int64  `json:"start_epoch"`
	Duration            int64   `json:"duration"`
	AllocationID        *uint64 `json:"allocation_id,omitempty"`
	MarketAddress       string  `json:"market_address"`
	MarketDealID        *uint64 `json:"market_deal_id"`
	NotificationAddress string  `json:"notification_address"`
	NotificationPayload []byte  `json:"notification_payload,omitempty"`
}

type retrievalV1 struct {
	Indexing        bool `json:"indexing"`
	AnnouncePayload bool `json:"announce_payload"`
	AnnouncePiece   bool `json:"announce_piece"`
}

type products struct {
	DDOV1       *ddoV1       `json:"ddo_v1,omitempty"`
	RetrievalV1 *retrievalV1 `json:"retrieval_v1,omitempty"`
}

type deal struct {
	Identifier ulid.ULID   `json:"identifier"`
	Client     string      `json:"client"`
	Data       *dataSource `json:"data,omitempty"`
	Products   products    `json:"products"`
}

type said struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
}

// direct is what a line asks for: the data's source, of an aggregate the files of its pieces, and who is to be told.
type direct struct {
	Source   string
	Format   string
	Files    []string
	URLs     []string
	Start    *int64
	Duration int64
	Indexing bool
	Notify   string
	Payload  []byte
}

func named(data []byte, kind string) dataSource {
	found := dataSource{PieceCID: link{cidText(pieceOf(data).cidV2())}}
	if kind == "car" {
		found.Format.Car = &empty{}
	} else {
		found.Format.Raw = &empty{}
	}
	return found
}

func fetched(urls ...string) *sourceHTTP {
	source := sourceHTTP{}
	for i, url := range urls {
		source.URLs = append(source.URLs, httpURL{URL: url, Priority: i})
	}
	return &source
}

func contentsOf(files []string) ([][]byte, error) {
	var contents [][]byte
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

func (asked direct) data() (*dataSource, error) {
	contents, err := contentsOf(asked.Files)
	if err != nil {
		return nil, err
	}
	if asked.Source == "aggregate" {
		return asked.aggregated(contents)
	}
	source := named(contents[0], asked.Format)
	if asked.Format == "aggregate" {
		whole, err := aggregate(contents)
		if err != nil {
			return nil, err
		}
		source = dataSource{PieceCID: link{cidText(pieceOf(whole).cidV2())}}
		source.Format.Aggregate = &formatAggregate{Type: 1}
		for i, content := range contents {
			source.Format.Aggregate.Sub = append(source.Format.Aggregate.Sub, named(content, kindOf(i, "car")))
		}
	}
	switch asked.Source {
	case "http":
		source.SourceHTTP = fetched(asked.URLs...)
	case "put":
		source.SourceHTTPPut = &empty{}
	case "offline":
		source.SourceOffline = &empty{}
	default:
		return nil, fmt.Errorf("no such source: %s", asked.Source)
	}
	return &source, nil
}

// kindOf is what a piece of an aggregate is: the first one as said, the others raw.
func kindOf(part int, first string) string {
	if part == 0 {
		return first
	}
	return "raw"
}

// aggregated names the pieces of an aggregate that the provider puts together; the first is a CAR if the format is. A piece
// without an URL is offline.
func (asked direct) aggregated(contents [][]byte) (*dataSource, error) {
	whole, err := aggregate(contents)
	if err != nil {
		return nil, err
	}
	parts := make([]dataSource, len(contents))
	for i, content := range contents {
		parts[i] = named(content, kindOf(i, asked.Format))
		if asked.URLs[i] == "" {
			parts[i].SourceOffline = &empty{}
		} else {
			parts[i].SourceHTTP = fetched(asked.URLs[i])
		}
	}
	return &dataSource{
		PieceCID:        link{cidText(pieceOf(whole).cidV2())},
		Format:          format{Aggregate: &formatAggregate{Type: 1}},
		SourceAggregate: &sourceAggregate{parts},
	}, nil
}

func (c *client) proposeMk20(asked direct) (any, error) {
	data, err := asked.data()
	if err != nil {
		return nil, err
	}
	id, err := ulid.New(ulid.Now(), rand.Reader)
	if err != nil {
		return nil, err
	}
	told := "<empty>"
	if asked.Notify != "" {
		told = asked.Notify
	}
	body, err := json.Marshal(deal{
		Identifier: id,
		Client:     addressText(c.wallet.address()),
		Data:       data,
		Products: products{
			DDOV1: &ddoV1{
				Provider:            fmt.Sprintf("f0%d", c.config.Miner),
				StartEpoch:          asked.Start,
				Duration:            asked.Duration,
				NotificationAddress: told,
				NotificationPayload: asked.Payload,
			},
			RetrievalV1: &retrievalV1{Indexing: asked.Indexing},
		},
	})
	if err != nil {
		return nil, err
	}
	answer, err := c.do(http.MethodPost, "/deal", bytes.NewReader(body), false)
	return map[string]any{"id": id.String(), "status": answer.Status, "body": answer.Body}, err
}

// do makes one request, as Curio's client does: a new connection or a kept one, one minute, and a header signed for the method
// and the path.
func (c *client) do(method, p string, body io.Reader, data bool) (said, error) {
	request, err := http.NewRequest(method, c.config.URL+marketPath+path.Clean("/"+p), body)
	if err != nil {
		return said{}, err
	}
	request.Header.Set("Authorization", c.authorization(method, request.URL.EscapedPath(), time.Now()))
	if body != nil && data {
		request.Header.Set("Content-Type", "application/octet-stream")
	} else if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return said{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	return said{response.StatusCode, strings.TrimSpace(string(text))}, err
}

func (c *client) authorization(method, escapedPath string, now time.Time) string {
	address := c.wallet.address()
	message := bytes.Join([][]byte{
		address, []byte(method), []byte(escapedPath), []byte(now.UTC().Truncate(time.Minute).Format(time.RFC3339)),
	}, nil)
	digest := sha256.Sum256(message)
	base := base64.StdEncoding
	return "CurioAuth secp256k1:" + base.EncodeToString(address) + ":" + base.EncodeToString(c.wallet.sign(digest[:]))
}

// uploadWhole sends the data in one request and says that it is all.
func (c *client) uploadWhole(id, file string) (any, error) {
	data, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer data.Close()
	// A reader without a length, so that Go sends it chunked, as Curio's client may.
	put, err := c.do(http.MethodPut, "/upload/"+id, struct{ io.Reader }{data}, true)
	if err != nil || put.Status != http.StatusOK {
		return put, err
	}
	return c.do(http.MethodPost, "/upload/"+id, nil, false)
}

// uploadChunked does what DealChunkedUpload of Curio's client does: it asks what is missing until nothing is.
func (c *client) uploadChunked(id, file string, chunk int) (any, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	state, err := c.do(http.MethodGet, "/uploads/"+id, nil, false)
	if err != nil {
		return nil, err
	}
	if state.Status == http.StatusTooEarly {
		begin, err := json.Marshal(map[string]int{"raw_size": len(data), "chunk_size": chunk})
		if err != nil {
			return nil, err
		}
		begun, err := c.do(http.MethodPost, "/uploads/"+id, bytes.NewReader(begin), false)
		if err != nil || begun.Status != http.StatusOK {
			return begun, err
		}
	} else if state.Status != http.StatusOK {
		return state, nil
	}
	for {
		state, err := c.do(http.MethodGet, "/uploads/"+id, nil, false)
		if err != nil || state.Status != http.StatusOK {
			return state, err
		}
		var status struct {
			Missing       int   `json:"missing"`
			MissingChunks []int `json:"missing_chunks"`
		}
		if err := json.Unmarshal([]byte(state.Body), &status); err != nil {
			return nil, err
		}
		if status.Missing == 0 {
			return c.do(http.MethodPost, "/uploads/finalize/"+id, nil, false)
		}
		for _, number := range status.MissingChunks {
			from := (number - 1) * chunk
			part := data[from:min(from+chunk, len(data))]
			put, err := c.do(http.MethodPut, "/uploads/"+id+"/"+strconv.Itoa(number), bytes.NewReader(part), true)
			if err != nil || put.Status != http.StatusOK {
				return put, err
			}
		}
	}
}
