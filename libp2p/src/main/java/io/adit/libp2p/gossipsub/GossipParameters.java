package io.adit.libp2p.gossipsub;

import java.time.Duration;

/**
 * How the mesh is kept (gossipsub v1.0 and v1.1, "Parameters").
 *
 * @param degree how many peers a topic's mesh has
 * @param gossip how messages outside the mesh are advertised
 * @param heartbeat how often the mesh is looked after
 * @param fanoutTime for how long peers of a topic that is only published to are remembered
 * @param seenTime for how long a message's ID is remembered
 * @param pruneBackoff before which a pruned peer may not graft again
 * @param unsubscribeBackoff the same, for peers pruned because the topic was left
 * @param graftFlood a graft within this time after a prune is an offence twice
 * @param floodPublish whether own messages go to all peers of a topic whose score allows it, not only to its mesh
 * @param exchangePeers how many other peers a pruned one is told of; 0 for none
 */
public record GossipParameters(
        Degree degree,
        Gossip gossip,
        Duration heartbeat,
        Duration fanoutTime,
        Duration seenTime,
        Duration pruneBackoff,
        Duration unsubscribeBackoff,
        Duration graftFlood,
        boolean floodPublish,
        int exchangePeers) {
    public GossipParameters {
        if (!heartbeat.isPositive() || !seenTime.isPositive() || exchangePeers < 0 || exchangePeers > 32) {
            throw new IllegalArgumentException("gossipsub times must be positive, exchanged peers from 0 to 32");
        }
    }

    /**
     * D and its kin.
     *
     * @param target D
     * @param low D_lo: with fewer the mesh gets more
     * @param high D_hi: with as many or more it is cut to {@code target}
     * @param best D_score: how many are kept by score when it is cut
     * @param outbound D_out: how many this side has dialled, at least
     * @param opportunisticTicks every so many heartbeats a bad mesh is given better peers
     * @param opportunisticPeers how many
     */
    public record Degree(
            int target, int low, int high, int best, int outbound, int opportunisticTicks, int opportunisticPeers) {
        public Degree {
            if (low < 1 || target < low || high < target || best > target || opportunisticTicks < 1) {
                throw new IllegalArgumentException("mesh degrees must be 1 <= low <= target <= high, best <= target");
            }
            if (outbound < 0 || outbound >= low || outbound > target / 2) {
                throw new IllegalArgumentException("outbound degree must be below the low one and half the target");
            }
        }
    }

    /**
     * Gossip and its budgets.
     *
     * @param lazy D_lazy: at least so many peers are told
     * @param factor or this part of those outside the mesh
     * @param history heartbeats for which messages are kept
     * @param advertised heartbeats for which they are advertised
     * @param retransmissions how often one peer is sent one message on demand
     * @param maxIds IDs taken from one peer within a heartbeat
     * @param maxAdvertisements advertisements taken from one peer within a heartbeat
     * @param followUp before which a message asked for must come
     */
    public record Gossip(
            int lazy,
            double factor,
            int history,
            int advertised,
            int retransmissions,
            int maxIds,
            int maxAdvertisements,
            Duration followUp) {
        public Gossip {
            if (advertised < 1 || history < advertised || factor < 0 || factor > 1 || maxIds < 1) {
                throw new IllegalArgumentException("gossip parameters: 1 <= advertised <= history, factor from 0 to 1");
            }
        }
    }

    /** As go-libp2p-pubsub's. */
    public static GossipParameters defaults() {
        return new GossipParameters(
                new Degree(6, 5, 12, 4, 2, 60, 2),
                new Gossip(6, 0.25, 5, 3, 3, 5000, 10, Duration.ofSeconds(3)),
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(2),
                Duration.ofMinutes(1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                true,
                0);
    }

    public GossipParameters withDegree(Degree chosen) {
        return new GossipParameters(
                chosen,
                gossip,
                heartbeat,
                fanoutTime,
                seenTime,
                pruneBackoff,
                unsubscribeBackoff,
                graftFlood,
                floodPublish,
                exchangePeers);
    }

    public GossipParameters withHeartbeat(Duration interval) {
        return new GossipParameters(
                degree,
                gossip,
                interval,
                fanoutTime,
                seenTime,
                pruneBackoff,
                unsubscribeBackoff,
                graftFlood,
                floodPublish,
                exchangePeers);
    }

    public GossipParameters withFloodPublish(boolean chosen) {
        return new GossipParameters(
                degree,
                gossip,
                heartbeat,
                fanoutTime,
                seenTime,
                pruneBackoff,
                unsubscribeBackoff,
                graftFlood,
                chosen,
                exchangePeers);
    }

    public GossipParameters withExchangePeers(int count) {
        return new GossipParameters(
                degree,
                gossip,
                heartbeat,
                fanoutTime,
                seenTime,
                pruneBackoff,
                unsubscribeBackoff,
                graftFlood,
                floodPublish,
                count);
    }
}
