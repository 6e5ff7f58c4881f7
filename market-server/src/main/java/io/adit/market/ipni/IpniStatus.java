package io.adit.market.ipni;

import io.adit.core.ipld.Cid;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far indexers are.
 *
 * @param peer who the advertisements are of
 * @param problem why nothing is published; empty when all is well
 * @param head the newest advertisement
 * @param ads advertisements in the chain
 * @param pieces pieces that are advertised now
 * @param blocks pieces whose blocks are advertised now
 * @param asked the newest advertisement that somebody has asked for, by its number; 0 if nobody has
 * @param indexers what each of those that are told is known to have
 */
public record IpniStatus(
        String peer,
        String problem,
        Optional<Cid> head,
        long ads,
        long pieces,
        long blocks,
        long asked,
        List<IndexerView> indexers) {
    public IpniStatus {
        indexers = List.copyOf(indexers);
    }

    /**
     * One indexer.
     *
     * @param url where announcements are put
     * @param announced the newest advertisement that it was told of, and took
     * @param announcedAt when
     * @param problem why it did not take the last announcement, or did not answer; empty when it did
     * @param ingested the newest advertisement that it says it has taken in
     */
    public record IndexerView(
            String url,
            Optional<Cid> announced,
            Optional<Instant> announcedAt,
            String problem,
            Optional<Cid> ingested) {}
}
