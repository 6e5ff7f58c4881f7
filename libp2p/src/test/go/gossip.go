package main

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"google.golang.org/protobuf/proto"
)

// The topic whose peers are scored; messages whose data starts with "invalid" are rejected in every topic.
const scoredTopic = "adit/scored"

// gossip is one host's gossipsub, started by its first command.
type gossip struct {
	sub           *pubsub.PubSub
	tracer        *meshTracer
	lock          sync.Mutex
	topics        map[string]*pubsub.Topic
	subscriptions map[string]*pubsub.Subscription
	scores        map[peer.ID]float64
}

var (
	gossips    = map[peer.ID]*gossip{}
	gossipLock sync.Mutex
)

func gossipOf(n node, policy pubsub.MessageSignaturePolicy) (*gossip, error) {
	gossipLock.Lock()
	defer gossipLock.Unlock()
	if g, known := gossips[n.host.ID()]; known {
		return g, nil
	}
	g := &gossip{
		tracer:        &meshTracer{mesh: map[string]map[peer.ID]bool{}},
		topics:        map[string]*pubsub.Topic{},
		subscriptions: map[string]*pubsub.Subscription{},
	}
	options := []pubsub.Option{
		pubsub.WithMessageSignaturePolicy(policy),
		pubsub.WithRawTracer(g.tracer),
		pubsub.WithPeerScore(&pubsub.PeerScoreParams{
			SkipAtomicValidation: true,
			AppSpecificScore:     func(peer.ID) float64 { return 0 },
			DecayInterval:        time.Second,
			DecayToZero:          0.01,
			RetainScore:          time.Hour,
			Topics: map[string]*pubsub.TopicScoreParams{scoredTopic: {
				SkipAtomicValidation:           true,
				TopicWeight:                    1,
				TimeInMeshQuantum:              time.Second,
				InvalidMessageDeliveriesWeight: -10,
				InvalidMessageDeliveriesDecay:  0.999,
			}},
		}, &pubsub.PeerScoreThresholds{
			GossipThreshold: -100, PublishThreshold: -200, GraylistThreshold: -300, AcceptPXThreshold: 1,
		}),
		pubsub.WithPeerScoreInspect(func(scores map[peer.ID]float64) {
			g.lock.Lock()
			g.scores = scores
			g.lock.Unlock()
		}, 200*time.Millisecond),
		pubsub.WithDefaultValidator(func(_ context.Context, _ peer.ID, m *pubsub.Message) pubsub.ValidationResult {
			if strings.HasPrefix(string(m.Data), "invalid") && m.ReceivedFrom != n.host.ID() {
				return pubsub.ValidationReject
			}
			return pubsub.ValidationAccept
		}),
	}
	if policy == pubsub.StrictNoSign {
		options = append(options, pubsub.WithNoAuthor(), pubsub.WithMessageIdFn(func(m *pb.Message) string { return string(m.Data) }))
	}
	var err error
	if g.sub, err = pubsub.NewGossipSub(context.Background(), n.host, options...); err != nil {
		return nil, err
	}
	gossips[n.host.ID()] = g
	return g, nil
}

func gossiping(ctx context.Context, n node, command string, arguments []string) (string, error) {
	policy := pubsub.StrictSign
	if command == "gossip-join-unsigned" {
		policy = pubsub.StrictNoSign
	}
	g, err := gossipOf(n, policy)
	if err != nil {
		return "", err
	}
	topic := arguments[0]
	switch command {
	case "gossip-join", "gossip-join-unsigned":
		return "", g.join(topic)
	case "gossip-leave":
		g.lock.Lock()
		defer g.lock.Unlock()
		g.subscriptions[topic].Cancel()
		return "", nil
	case "gossip-peers":
		return listed(g.sub.ListPeers(topic)), nil
	case "gossip-mesh":
		return listed(g.tracer.peers(topic)), nil
	case "gossip-score": // <peer>, by what was seen last
		id, err := peer.Decode(topic)
		if err != nil {
			return "", err
		}
		g.lock.Lock()
		defer g.lock.Unlock()
		return strconv.FormatFloat(g.scores[id], 'f', 3, 64), nil
	case "gossip-publish": // <topic> <data>
		data, err := hex.DecodeString(arguments[1])
		if err != nil {
			return "", err
		}
		g.lock.Lock()
		t := g.topics[topic]
		g.lock.Unlock()
		return "", t.Publish(ctx, data)
	case "gossip-publish-size": // <topic> <bytes>
		size, err := strconv.Atoi(arguments[1])
		if err != nil {
			return "", err
		}
		g.lock.Lock()
		t := g.topics[topic]
		g.lock.Unlock()
		return "", t.Publish(ctx, make([]byte, size))
	case "gossip-next": // answers author, forwarder and data
		g.lock.Lock()
		s := g.subscriptions[topic]
		g.lock.Unlock()
		for {
			m, err := s.Next(ctx)
			if err != nil {
				return "", err
			}
			if m.ReceivedFrom == n.host.ID() {
				continue
			}
			author := "-"
			if len(m.GetFrom()) > 0 {
				author = m.GetFrom().String()
			}
			return fmt.Sprintf("%s %s %x", author, m.ReceivedFrom, m.Data), nil
		}
	case "gossip-forge": // <topic> <peer> <count>: messages whose signature is wrong, on a stream of their own
		id, err := peer.Decode(arguments[1])
		if err != nil {
			return "", err
		}
		count, err := strconv.Atoi(arguments[2])
		if err != nil {
			return "", err
		}
		return "", forge(ctx, n, id, topic, count)
	}
	return "", fmt.Errorf("no command %s", command)
}

func (g *gossip) join(name string) error {
	g.lock.Lock()
	defer g.lock.Unlock()
	if _, joined := g.topics[name]; !joined {
		topic, err := g.sub.Join(name)
		if err != nil {
			return err
		}
		g.topics[name] = topic
	}
	subscription, err := g.topics[name].Subscribe()
	g.subscriptions[name] = subscription
	return err
}

func forge(ctx context.Context, n node, id peer.ID, topic string, count int) error {
	s, err := n.host.NewStream(ctx, id, protocol.ID("/meshsub/1.1.0"))
	if err != nil {
		return err
	}
	rpc := &pb.RPC{Subscriptions: []*pb.RPC_SubOpts{{Subscribe: proto.Bool(true), Topicid: proto.String(topic)}}}
	for number := range count {
		rpc.Publish = append(rpc.Publish, &pb.Message{
			From:      []byte(n.host.ID()),
			Data:      []byte("forged"),
			Seqno:     binary.BigEndian.AppendUint64(nil, uint64(number)),
			Topic:     proto.String(topic),
			Signature: make([]byte, 64),
		})
	}
	if err := writeDelimited(s, rpc); err != nil {
		return err
	}
	return s.CloseWrite()
}

func writeDelimited(w io.Writer, message proto.Message) error {
	body, err := proto.Marshal(message)
	if err != nil {
		return err
	}
	_, err = w.Write(append(binary.AppendUvarint(nil, uint64(len(body))), body...))
	return err
}

func listed(peers []peer.ID) string {
	var names []string
	for _, each := range peers {
		names = append(names, each.String())
	}
	sort.Strings(names)
	return strings.Join(names, ",")
}

// meshTracer knows who is in the mesh of which topic.
type meshTracer struct {
	lock sync.Mutex
	mesh map[string]map[peer.ID]bool
}

func (t *meshTracer) peers(topic string) []peer.ID {
	t.lock.Lock()
	defer t.lock.Unlock()
	var all []peer.ID
	for each := range t.mesh[topic] {
		all = append(all, each)
	}
	return all
}

func (t *meshTracer) Graft(p peer.ID, topic string) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.mesh[topic] == nil {
		t.mesh[topic] = map[peer.ID]bool{}
	}
	t.mesh[topic][p] = true
}

func (t *meshTracer) Prune(p peer.ID, topic string) {
	t.lock.Lock()
	defer t.lock.Unlock()
	delete(t.mesh[topic], p)
}

func (t *meshTracer) OnClosedOutboundStream(p peer.ID) {
	t.lock.Lock()
	defer t.lock.Unlock()
	for _, peers := range t.mesh {
		delete(peers, p)
	}
}

func (t *meshTracer) OnNewOutboundStream(peer.ID, protocol.ID)             {}
func (t *meshTracer) Join(string)                                          {}
func (t *meshTracer) Leave(string)                                         {}
func (t *meshTracer) ValidateMessage(*pubsub.Message)                      {}
func (t *meshTracer) DeliverMessage(*pubsub.Message)                       {}
func (t *meshTracer) RejectMessage(*pubsub.Message, string)                {}
func (t *meshTracer) DuplicateMessage(*pubsub.Message)                     {}
func (t *meshTracer) ThrottlePeer(peer.ID)                                 {}
func (t *meshTracer) RecvRPC(*pubsub.RPC)                                  {}
func (t *meshTracer) SendRPC(*pubsub.RPC, peer.ID)                         {}
func (t *meshTracer) SendRPCCompleted(*pubsub.RPC, peer.ID, time.Duration) {}
func (t *meshTracer) DropRPC(*pubsub.RPC, peer.ID)                         {}
func (t *meshTracer) UndeliverableMessage(*pubsub.Message)                 {}
