package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/client"
	"github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"
	"github.com/multiformats/go-multiaddr"
)

// relaying makes a host a relay (relay-serve <bytes> <seconds> <seconds of a reservation>, zero for no limit of circuits) or
// lets it reserve at one (relay-reserve <address>).
func relaying(ctx context.Context, n node, command string, arguments []string) (string, error) {
	switch command {
	case "relay-serve":
		var numbers [3]int64
		for i := range numbers {
			var err error
			if numbers[i], err = strconv.ParseInt(arguments[i], 10, 64); err != nil {
				return "", err
			}
		}
		resources := relay.DefaultResources()
		resources.ReservationTTL = time.Duration(numbers[2]) * time.Second
		resources.Limit = &relay.RelayLimit{Data: numbers[0], Duration: time.Duration(numbers[1]) * time.Second}
		if numbers[0] == 0 {
			resources.Limit = nil
		}
		_, err := relay.New(n.host, relay.WithResources(resources),
			relay.WithReservationAddressFilter(func(multiaddr.Multiaddr) bool { return true }))
		return "", err
	case "relay-reserve":
		info, err := peer.AddrInfoFromString(arguments[0])
		if err != nil {
			return "", err
		}
		reservation, err := client.Reserve(ctx, n.host, *info)
		if err != nil {
			return "", err
		}
		return strconv.FormatInt(reservation.Expiration.Unix(), 10), nil
	}
	return "", fmt.Errorf("no command %s", command)
}
