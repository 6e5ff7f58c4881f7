package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;

/** The kinds of proof of spacetime, with the chain's numbers (go-state-types {@code abi.RegisteredPoStProof}). */
public enum RegisteredPoStProof {
    STACKED_DRG_WINNING_2KIB_V1(0, SectorSize.KIB_2),
    STACKED_DRG_WINNING_8MIB_V1(1, SectorSize.MIB_8),
    STACKED_DRG_WINNING_512MIB_V1(2, SectorSize.MIB_512),
    STACKED_DRG_WINNING_32GIB_V1(3, SectorSize.GIB_32),
    STACKED_DRG_WINNING_64GIB_V1(4, SectorSize.GIB_64),
    STACKED_DRG_WINDOW_2KIB_V1(5, SectorSize.KIB_2),
    STACKED_DRG_WINDOW_8MIB_V1(6, SectorSize.MIB_8),
    STACKED_DRG_WINDOW_512MIB_V1(7, SectorSize.MIB_512),
    STACKED_DRG_WINDOW_32GIB_V1(8, SectorSize.GIB_32),
    STACKED_DRG_WINDOW_64GIB_V1(9, SectorSize.GIB_64),
    STACKED_DRG_WINDOW_2KIB_V1_1(10, SectorSize.KIB_2),
    STACKED_DRG_WINDOW_8MIB_V1_1(11, SectorSize.MIB_8),
    STACKED_DRG_WINDOW_512MIB_V1_1(12, SectorSize.MIB_512),
    STACKED_DRG_WINDOW_32GIB_V1_1(13, SectorSize.GIB_32),
    STACKED_DRG_WINDOW_64GIB_V1_1(14, SectorSize.GIB_64);

    private static final int SIZES = 5;
    private static final RegisteredPoStProof[] BY_NUMBER = values();

    private final int number;
    private final SectorSize sectorSize;

    RegisteredPoStProof(int number, SectorSize sectorSize) {
        this.number = number;
        this.sectorSize = sectorSize;
    }

    public static RegisteredPoStProof fromNumber(long number) {
        if (number < 0 || number >= BY_NUMBER.length) {
            throw new InvalidValueException("registered PoSt proof", number, "between 0 and 14");
        }
        return BY_NUMBER[(int) number];
    }

    /** The WindowPoSt proof (V1_1) of a sector size. */
    public static RegisteredPoStProof window(SectorSize size) {
        return switch (size) {
            case KIB_2 -> STACKED_DRG_WINDOW_2KIB_V1_1;
            case MIB_8 -> STACKED_DRG_WINDOW_8MIB_V1_1;
            case MIB_512 -> STACKED_DRG_WINDOW_512MIB_V1_1;
            case GIB_32 -> STACKED_DRG_WINDOW_32GIB_V1_1;
            case GIB_64 -> STACKED_DRG_WINDOW_64GIB_V1_1;
        };
    }

    public static RegisteredPoStProof winning(SectorSize size) {
        return switch (size) {
            case KIB_2 -> STACKED_DRG_WINNING_2KIB_V1;
            case MIB_8 -> STACKED_DRG_WINNING_8MIB_V1;
            case MIB_512 -> STACKED_DRG_WINNING_512MIB_V1;
            case GIB_32 -> STACKED_DRG_WINNING_32GIB_V1;
            case GIB_64 -> STACKED_DRG_WINNING_64GIB_V1;
        };
    }

    /** The chain's number. */
    public long number() {
        return number;
    }

    public SectorSize sectorSize() {
        return sectorSize;
    }

    public boolean isWinning() {
        return number < SIZES;
    }

    /** Sectors in one WindowPoSt partition. */
    public int partitionSectors() {
        return sectorSize.partitionSectors();
    }
}
