package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.ipld.Cid;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A piece of data this provider holds or held.
 *
 * @param size checked together with {@code commP} where there is a file; without one what a deal said
 * @param rawSize bytes of payload before zero padding
 * @param dataRoot the payload root, if a client named one
 * @param file an unpadded copy on local disk
 * @param indexed whether every block of it is in the index
 * @param version counts updates, see {@link PieceTable#update}
 */
@RecordBuilder
public record PieceRecord(
        Commitment commP,
        PaddedSize size,
        long rawSize,
        Optional<Cid> dataRoot,
        Optional<Path> file,
        boolean indexed,
        Instant createdAt,
        Instant updatedAt,
        long version)
        implements PieceRecordBuilder.With {}
