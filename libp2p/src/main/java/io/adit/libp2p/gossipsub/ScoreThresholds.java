package io.adit.libp2p.gossipsub;

/**
 * What a peer's score must be for it to be dealt with (gossipsub v1.1, "Score Thresholds").
 *
 * @param gossip below it no gossip is sent to a peer or taken from it; not positive
 * @param publish below it own messages are not flooded to a peer; not above {@code gossip}
 * @param graylist below it everything from a peer is ignored; not above {@code publish}
 * @param acceptExchange from it on the peers that a peer proposes when it prunes are dialled; not negative
 * @param opportunisticGraft a mesh whose median score is below it is given better peers; not negative
 */
public record ScoreThresholds(
        double gossip, double publish, double graylist, double acceptExchange, double opportunisticGraft) {
    public ScoreThresholds {
        ScoreParameters.check(gossip <= 0, "gossip threshold", gossip, "not positive");
        ScoreParameters.check(publish <= gossip, "publish threshold", publish, "not above that for gossip");
        ScoreParameters.check(graylist <= publish, "graylist threshold", graylist, "not above that for publishing");
        ScoreParameters.check(acceptExchange >= 0, "peer exchange threshold", acceptExchange, "not negative");
        ScoreParameters.check(opportunisticGraft >= 0, "graft threshold", opportunisticGraft, "not negative");
    }

    /** As Lotus has them for the topics of the chain. */
    public static ScoreThresholds defaults() {
        return new ScoreThresholds(-500, -1000, -2500, 1000, 3.5);
    }
}
