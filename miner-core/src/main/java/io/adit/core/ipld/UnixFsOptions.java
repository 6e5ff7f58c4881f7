package io.adit.core.ipld;

import io.adit.core.error.InvalidValueException;
import java.util.Optional;

/**
 * How a file is cut into blocks. All layouts are balanced, with raw leaves, CID version 1 and sha2-256.
 *
 * @param chunkSize bytes of file in a leaf
 * @param maxLinks children of a node
 * @param directoryEntry wrap the file in a directory under this name
 */
public record UnixFsOptions(int chunkSize, int maxLinks, Optional<String> directoryEntry) {
    /**
     * The profile {@code unixfs-v1-2025} of IPIP-0499: 1 MiB chunks, 1024 links. Also what helia, ipfs-car and storacha
     * have done before it had a name.
     */
    public static final UnixFsOptions V1_2025 = new UnixFsOptions(1 << 20, 1024, Optional.empty());

    /** Kubo's profile {@code test-cid-v1}: 1 MiB chunks, 174 links. Differs from 174 MiB of file on. */
    public static final UnixFsOptions KUBO_CID_V1 = new UnixFsOptions(1 << 20, 174, Optional.empty());

    public UnixFsOptions {
        if (chunkSize < 1 || chunkSize > 2 << 20) {
            throw new InvalidValueException("UnixFS chunk size", chunkSize, "between 1 byte and 2 MiB");
        }
        if (maxLinks < 2 || maxLinks > 1 << 14) {
            throw new InvalidValueException("UnixFS links of a node", maxLinks, "between 2 and 16384");
        }
        if (directoryEntry.isPresent()) {
            var name = directoryEntry.get();
            if (name.isEmpty() || name.length() > 255 || name.contains("/") || name.contains("\0")) {
                throw new InvalidValueException("UnixFS name", name, "1 to 255 characters without / and NUL");
            }
        }
    }

    /** The same layout in a directory with one entry. */
    public UnixFsOptions wrappedAs(String name) {
        return new UnixFsOptions(chunkSize, maxLinks, Optional.of(name));
    }
}
