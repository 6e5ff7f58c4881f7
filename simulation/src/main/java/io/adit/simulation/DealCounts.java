package io.adit.simulation;

/**
 * What became of the deals of a story.
 *
 * @param accepted deals of which a client was told so
 * @param activated those that were active on the chain in the end
 * @param failed those that failed and say why; the others were under way when the story ended
 */
record DealCounts(int accepted, int activated, int failed) {
    static final DealCounts NONE = new DealCounts(0, 0, 0);

    DealCounts plus(DealCounts other) {
        return new DealCounts(accepted + other.accepted, activated + other.activated, failed + other.failed);
    }
}
