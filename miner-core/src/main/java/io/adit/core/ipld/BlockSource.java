package io.adit.core.ipld;

import java.io.IOException;
import java.util.Optional;

/** Somewhere that blocks can be had from by CID. */
@FunctionalInterface
public interface BlockSource {
    /** The block's bytes, or empty when they are not here. Need not be checked against the CID. */
    Optional<byte[]> get(Cid cid) throws IOException;
}
