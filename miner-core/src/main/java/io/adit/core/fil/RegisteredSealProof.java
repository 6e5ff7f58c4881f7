package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;

/**
 * The kinds of seal proof, with the chain's numbers (go-state-types {@code abi.RegisteredSealProof}).
 *
 * <p>V1_1 is what miners use; synthetic (FIP-0059) and non-interactive (FIP-0092) are variants of it.
 */
public enum RegisteredSealProof {
    STACKED_DRG_2KIB_V1(0, SectorSize.KIB_2),
    STACKED_DRG_8MIB_V1(1, SectorSize.MIB_8),
    STACKED_DRG_512MIB_V1(2, SectorSize.MIB_512),
    STACKED_DRG_32GIB_V1(3, SectorSize.GIB_32),
    STACKED_DRG_64GIB_V1(4, SectorSize.GIB_64),
    STACKED_DRG_2KIB_V1_1(5, SectorSize.KIB_2),
    STACKED_DRG_8MIB_V1_1(6, SectorSize.MIB_8),
    STACKED_DRG_512MIB_V1_1(7, SectorSize.MIB_512),
    STACKED_DRG_32GIB_V1_1(8, SectorSize.GIB_32),
    STACKED_DRG_64GIB_V1_1(9, SectorSize.GIB_64),
    STACKED_DRG_2KIB_V1_1_FEAT_SYNTHETIC_POREP(10, SectorSize.KIB_2),
    STACKED_DRG_8MIB_V1_1_FEAT_SYNTHETIC_POREP(11, SectorSize.MIB_8),
    STACKED_DRG_512MIB_V1_1_FEAT_SYNTHETIC_POREP(12, SectorSize.MIB_512),
    STACKED_DRG_32GIB_V1_1_FEAT_SYNTHETIC_POREP(13, SectorSize.GIB_32),
    STACKED_DRG_64GIB_V1_1_FEAT_SYNTHETIC_POREP(14, SectorSize.GIB_64),
    STACKED_DRG_2KIB_V1_2_FEAT_NON_INTERACTIVE_POREP(15, SectorSize.KIB_2),
    STACKED_DRG_8MIB_V1_2_FEAT_NON_INTERACTIVE_POREP(16, SectorSize.MIB_8),
    STACKED_DRG_512MIB_V1_2_FEAT_NON_INTERACTIVE_POREP(17, SectorSize.MIB_512),
    STACKED_DRG_32GIB_V1_2_FEAT_NON_INTERACTIVE_POREP(18, SectorSize.GIB_32),
    STACKED_DRG_64GIB_V1_2_FEAT_NON_INTERACTIVE_POREP(19, SectorSize.GIB_64);

    private static final int SIZES = 5;
    private static final RegisteredSealProof[] BY_NUMBER = values();

    private final int number;
    private final SectorSize sectorSize;

    RegisteredSealProof(int number, SectorSize sectorSize) {
        this.number = number;
        this.sectorSize = sectorSize;
    }

    public static RegisteredSealProof fromNumber(long number) {
        if (number < 0 || number >= BY_NUMBER.length) {
            throw new InvalidValueException("registered seal proof", number, "between 0 and 19");
        }
        return BY_NUMBER[(int) number];
    }

    /** The interactive V1_1 proof of a sector size: what a new miner seals with. */
    public static RegisteredSealProof interactive(SectorSize size) {
        return switch (size) {
            case KIB_2 -> STACKED_DRG_2KIB_V1_1;
            case MIB_8 -> STACKED_DRG_8MIB_V1_1;
            case MIB_512 -> STACKED_DRG_512MIB_V1_1;
            case GIB_32 -> STACKED_DRG_32GIB_V1_1;
            case GIB_64 -> STACKED_DRG_64GIB_V1_1;
        };
    }

    /** The chain's number. */
    public long number() {
        return number;
    }

    public SectorSize sectorSize() {
        return sectorSize;
    }

    /** The WindowPoSt proof of sectors sealed with this one. */
    public RegisteredPoStProof windowPoSt() {
        return RegisteredPoStProof.window(sectorSize);
    }

    public RegisteredPoStProof winningPoSt() {
        return RegisteredPoStProof.winning(sectorSize);
    }

    public boolean isSynthetic() {
        return number / SIZES == 2;
    }

    public boolean isNonInteractive() {
        return number / SIZES == 3;
    }
}
