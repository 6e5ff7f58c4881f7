package io.adit.market.ipni;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How indexers are told.
 *
 * @param indexers where announcements are put; one without a path gets {@code /announce}
 * @param entries directory for chunks of multihashes, with nothing else in it
 * @param entryBytes most bytes of chunks that are kept there
 * @param period between two looks at what can be served
 * @param patience how long the file of a piece may be missing before the piece is taken back: disks are unmounted now and then
 */
public record IpniSettings(List<URI> indexers, Path entries, long entryBytes, Duration period, Duration patience) {
    public IpniSettings {
        indexers = List.copyOf(indexers);
    }
}
