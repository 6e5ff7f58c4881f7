package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// Deals over libp2p, in the shapes of Boost's code: maps keyed by the names of Go's fields, tuples for what goes on the chain.

const (
	statusProtocol     = "/fil/storage/status/1.2.0"
	askProtocol        = "/fil/storage/ask/1.1.0"
	transportsProtocol = "/fil/retrieval/transports/1.0.0"
)

type dealTransfer struct {
	Size     uint64
	Type     string
	Params   []byte
	ClientID string
}

type dealProposal struct {
	_                    struct{} `cbor:",toarray"`
	PieceCID             cbor.Tag
	PieceSize            uint64
	VerifiedDeal         bool
	Client               []byte
	Provider             []byte
	Label                string
	StartEpoch           int64
	EndEpoch             int64
	StoragePricePerEpoch []byte
	ProviderCollateral   []byte
	ClientCollateral     []byte
}

type clientDealProposal struct {
	_               struct{} `cbor:",toarray"`
	Proposal        dealProposal
	ClientSignature []byte
}

type dealParamsV120 struct {
	DealUUID           []byte
	Transfer           dealTransfer
	IsOffline          bool
	DealDataRoot       cbor.Tag
	ClientDealProposal clientDealProposal
}

type dealParamsV121 struct {
	dealParamsV120
	SkipIPNIAnnounce   bool
	RemoveUnsealedCopy bool
}

type dealResponse struct {
	Message  string
	Accepted bool
}

type statusRequest struct {
	DealUUID  []byte
	Signature []byte
}

type statusResponse struct {
	Error          string
	DealUUID       []byte
	IsOffline      bool
	TransferSize   uint64
	NBytesReceived uint64
	DealStatus     *struct {
		Error             string
		Status            string
		Proposal          cbor.RawMessage
		PublishCid        *cbor.RawTag
		ChainDealID       uint64
		SealingStatus     string
		SignedProposalCid cbor.RawTag
	}
}

func cidLink(cid []byte) cbor.Tag { return cbor.Tag{Number: 42, Content: append([]byte{0}, cid...)} }

func bigInt(text string) []byte {
	value, ok := new(big.Int).SetString(text, 10)
	if !ok || value.Sign() == 0 {
		return []byte{}
	}
	sign := byte(0)
	if value.Sign() < 0 {
		sign = 1
	}
	return append([]byte{sign}, value.Bytes()...)
}

// canonical sorts a map's keys by length and then by their bytes, as cbor-gen does.
func canonical(value any) ([]byte, error) {
	mode, err := cbor.CanonicalEncOptions().EncMode()
	if err != nil {
		return nil, err
	}
	return mode.Marshal(value)
}

// proposal is what a line asks for; without an URL it is an offline deal. Who serves the URL is shown the token, if there is one.
type proposal struct {
	Protocol   string
	UUID       string
	File       string
	URL        string
	Token      string
	Start, End int64
	Price      string
	Collateral string
}

func (c *client) miner() []byte { return binary.AppendUvarint([]byte{0}, c.config.Miner) }

func (c *client) proposeMk12(asked proposal) (any, error) {
	data, err := os.ReadFile(asked.File)
	if err != nil {
		return nil, err
	}
	uuid, err := hex.DecodeString(asked.UUID)
	if err != nil {
		return nil, err
	}
	found := pieceOf(data)
	terms := dealProposal{
		PieceCID:             cidLink(found.cidV1()),
		PieceSize:            found.padded,
		Client:               c.wallet.address(),
		Provider:             c.miner(),
		Label:                "dealpeer",
		StartEpoch:           asked.Start,
		EndEpoch:             asked.End,
		StoragePricePerEpoch: bigInt(asked.Price),
		ProviderCollateral:   bigInt(asked.Collateral),
		ClientCollateral:     bigInt("0"),
	}
	signed, err := canonical(terms)
	if err != nil {
		return nil, err
	}
	params := dealParamsV120{
		DealUUID:           uuid,
		IsOffline:          asked.URL == "",
		DealDataRoot:       cidLink(found.cidV1()),
		ClientDealProposal: clientDealProposal{Proposal: terms, ClientSignature: c.wallet.sign(signed)},
		Transfer:           dealTransfer{Size: found.raw},
	}
	if asked.URL != "" {
		var headers map[string]string
		if asked.Token != "" {
			basic := base64.StdEncoding.EncodeToString([]byte(":" + asked.Token))
			headers = map[string]string{"Authorization": "Basic " + basic}
		}
		where, err := json.Marshal(map[string]any{"URL": asked.URL, "Headers": headers})
		if err != nil {
			return nil, err
		}
		// As Boost names the two: http for https, too.
		params.Transfer.Type, params.Transfer.Params = "http", where
		if strings.HasPrefix(asked.URL, "libp2p:") {
			params.Transfer.Type = "libp2p"
		}
	}
	var request any = params
	if asked.Protocol == "/fil/storage/mk/1.2.1" {
		request = dealParamsV121{dealParamsV120: params}
	}
	var answer dealResponse
	return &answer, c.exchangeCbor(asked.Protocol, request, &answer)
}

func (c *client) statusMk12(uuid string) (any, error) {
	bytes, err := hex.DecodeString(uuid)
	if err != nil {
		return nil, err
	}
	var answer statusResponse
	if err := c.exchangeCbor(statusProtocol, statusRequest{bytes, c.wallet.sign(bytes)}, &answer); err != nil {
		return nil, err
	}
	told := map[string]any{"error": answer.Error, "received": answer.NBytesReceived, "offline": answer.IsOffline}
	if status := answer.DealStatus; status != nil {
		told["status"], told["dealError"] = status.Status, status.Error
		told["chainDealId"], told["published"] = status.ChainDealID, status.PublishCid != nil
	}
	return told, nil
}

func (c *client) ask() (any, error) {
	var answer struct {
		Ask struct {
			Ask struct {
				Price        []byte
				Miner        []byte
				MinPieceSize uint64
				MaxPieceSize uint64
				SeqNo        uint64
			}
			Signature []byte
		}
	}
	err := c.exchangeCbor(askProtocol, map[string][]byte{"Miner": c.miner()}, &answer)
	ask := answer.Ask.Ask
	price := new(big.Int)
	if len(ask.Price) > 0 {
		price.SetBytes(ask.Price[1:])
	}
	return map[string]any{
		"miner": hex.EncodeToString(ask.Miner), "price": price.String(), "min": ask.MinPieceSize, "max": ask.MaxPieceSize,
		"signed": len(answer.Ask.Signature) > 0,
	}, err
}

func (c *client) transports() (any, error) {
	var answer struct {
		Protocols []struct {
			Name      string
			Addresses [][]byte
		}
	}
	err := c.exchangeCbor(transportsProtocol, nil, &answer)
	return answer.Protocols, err
}

// exchangeCbor asks on a stream of its own; without a request it only reads.
func (c *client) exchangeCbor(protocol string, request, answer any) error {
	message := "-"
	if request != nil {
		bytes, err := canonical(request)
		if err != nil {
			return err
		}
		message = hex.EncodeToString(bytes)
	}
	bytes, err := exchange(c.host, c.provider, protocol+" "+message)
	if err != nil {
		return err
	}
	return cbor.Unmarshal(bytes, answer)
}
