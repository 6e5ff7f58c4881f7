package io.adit.core.state;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A declared storage path (lotus-miner's {@code sectorstore.json}).
 *
 * @param id the path's UUID, as in {@code sectorstore.json}
 * @param seal whether sealing may use it
 * @param store whether finished sectors may stay on it
 * @param weight share among paths; larger gets more
 * @param maxBytes the most it may hold, 0 for no limit
 * @param version counts updates, see {@link PathTable#put}
 */
public record PathRecord(
        String id,
        Path directory,
        boolean seal,
        boolean store,
        long weight,
        long maxBytes,
        Instant declaredAt,
        long version) {}
