package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.ipld.Cid;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A piece of data this provider holds or held.
 *
 * @param rawSize bytes of payload before zero padding
 * @param dataRoot the payload root, if a client named one
 * @param file an unpadded copy on local disk
 * @param indexed whether every block of it is in the index
 * @param version counts updates, see {@link PieceTable#update}
 */
public record PieceRecord(
        Commitment commP,
        PaddedSize size,
        long rawSize,
        Optional<Cid> dataRoot,
        Optional<Path> file,
        boolean indexed,
        Instant createdAt,
        Instant updatedAt,
        long version) {
    /** This record with the file set. */
    public PieceRecord withFile(Path file) {
        return new PieceRecord(
                commP, size, rawSize, dataRoot, Optional.of(file), indexed, createdAt, updatedAt, version);
    }

    /** This record with another indexed. */
    public PieceRecord withIndexed(boolean indexed) {
        return new PieceRecord(commP, size, rawSize, dataRoot, file, indexed, createdAt, updatedAt, version);
    }

    /** This record with the dataRoot set. */
    public PieceRecord withDataRoot(Cid dataRoot) {
        return new PieceRecord(
                commP, size, rawSize, Optional.of(dataRoot), file, indexed, createdAt, updatedAt, version);
    }

    /** This record with another updatedAt. */
    public PieceRecord withUpdatedAt(Instant updatedAt) {
        return new PieceRecord(commP, size, rawSize, dataRoot, file, indexed, createdAt, updatedAt, version);
    }

    PieceRecord withVersion(long version) {
        return new PieceRecord(commP, size, rawSize, dataRoot, file, indexed, createdAt, updatedAt, version);
    }
}
