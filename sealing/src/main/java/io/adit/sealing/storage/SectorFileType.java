package io.adit.sealing.storage;

import io.adit.core.fil.SectorSize;

/**
 * The kinds of files a sector has, with lotus-miner's directory names.
 *
 * <p>{@link #CACHE} is a directory per sector, the others are one file of exactly the sector size.
 */
public enum SectorFileType {
    /** The Fr32-padded data before sealing; kept after it where deals are served from the sector. */
    UNSEALED("unsealed"),
    /** The replica. */
    SEALED("sealed"),
    /** Layers and trees while sealing; p_aux, t_aux and tree-r-last for the rest of the sector's life. */
    CACHE("cache");

    private final String directory;

    SectorFileType(String directory) {
        this.directory = directory;
    }

    /** The directory under a storage path that holds this kind. */
    public String directory() {
        return directory;
    }

    /** True where a sector has a directory of this kind rather than a file. */
    public boolean isDirectory() {
        return this == CACHE;
    }

    /**
     * The most bytes that one sector takes on disk while it is being sealed. The cache holds the SDR layers (2 up to 1
     * GiB, 11 above), tree-d (twice the sector), tree-c and tree-r.
     */
    public long sealingBytes(SectorSize size) {
        if (this != CACHE) {
            return size.bytes();
        }
        long layers = size.bytes() > (1L << 30) ? 11 : 2;
        return (layers + 4) * size.bytes() + SMALL_FILES;
    }

    /** The bytes that one sector takes on disk after sealing. tree-r-last is well under a hundredth of the sector. */
    public long storedBytes(SectorSize size) {
        return this == CACHE ? size.bytes() / 100 + SMALL_FILES : size.bytes();
    }

    /** Room for p_aux, t_aux and phase outputs, which do not grow with the sector. */
    private static final long SMALL_FILES = 64 * 1024;
}
