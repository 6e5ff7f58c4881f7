package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;

/** The sector sizes of the network. */
public enum SectorSize {
    KIB_2(1L << 11, 2),
    MIB_8(1L << 23, 2),
    MIB_512(1L << 29, 2),
    GIB_32(1L << 35, 2349),
    GIB_64(1L << 36, 2300);

    private final long bytes;
    private final int partitionSectors;

    SectorSize(long bytes, int partitionSectors) {
        this.bytes = bytes;
        this.partitionSectors = partitionSectors;
    }

    public static SectorSize ofBytes(long bytes) {
        for (var size : values()) {
            if (size.bytes == bytes) {
                return size;
            }
        }
        throw new InvalidValueException("sector size", bytes, "2 KiB, 8 MiB, 512 MiB, 32 GiB or 64 GiB in bytes");
    }

    public long bytes() {
        return bytes;
    }

    /** The size as that of a piece that fills the sector. */
    public PaddedSize padded() {
        return new PaddedSize(bytes);
    }

    /** Sectors that one WindowPoSt partition proves. */
    public int partitionSectors() {
        return partitionSectors;
    }

    /** As the network writes it: "2KiB", "32GiB". */
    @Override
    public String toString() {
        return bytes >= 1L << 30
                ? (bytes >> 30) + "GiB"
                : bytes >= 1L << 20 ? (bytes >> 20) + "MiB" : (bytes >> 10) + "KiB";
    }
}
