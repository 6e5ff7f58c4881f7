package io.adit.devnet.actor;

import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.core.error.AditException;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceTree;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.devnet.policy.ProtocolLimits;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** PreCommitSectorBatch2 (method 28): promises sectors, locks their deposits, burns their numbers. */
final class MinerPreCommit {
    private static final BigInteger MAX_QUALITY = BigInteger.TEN;

    private MinerPreCommit() {}

    static byte[] batch(Invocation in, PreCommitSectorBatch2Params params) {
        var sectors = params.sectors();
        if (sectors.isEmpty()) {
            throw ActorAbort.illegalArgument("batch empty");
        }
        in.gas().charge(10_500_000 + 900_000L * sectors.size());
        var numbers = new HashSet<Long>();
        for (var sector : sectors) {
            checkAlone(in, sector, numbers);
        }
        var computed = computedCommDs(in, sectors);
        var state = in.tree().write(in.receiver(), MinerState.class);
        var available = state.available(in.tree().balance(in.receiver()));
        MinerFunds.repayAllOrAbort(in, state);
        in.requireCaller(state.operators());

        var deposit = NetworkFigures.of(in)
                .preCommitDeposit(BigInteger.valueOf(state.sectorSize()).multiply(MAX_QUALITY));
        for (int index = 0; index < sectors.size(); index++) {
            checkAgainstMiner(state, sectors.get(index), computed.get(index));
        }
        var total = deposit.multiply(BigInteger.valueOf(sectors.size()));
        if (available.compareTo(total) < 0) {
            throw ActorAbort.insufficientFunds("insufficient funds " + available + " for pre-commit deposit: " + total);
        }
        state.preCommitDeposits = state.preCommitDeposits.add(total);
        allocate(state, numbers);
        for (var sector : sectors) {
            state.preCommits.put(
                    sector.sectorNumber().value(),
                    record(sector, deposit, in.chain().epoch()));
        }
        return new byte[0];
    }

    private static RegisteredSealProof sealProof(long number) {
        RegisteredSealProof proof;
        try {
            proof = RegisteredSealProof.fromNumber(number);
        } catch (AditException unknown) {
            throw ActorAbort.illegalArgument("unsupported seal proof type " + number);
        }
        boolean allowed = number >= RegisteredSealProof.STACKED_DRG_2KIB_V1_1.number() && !proof.isNonInteractive();
        if (!allowed) {
            throw ActorAbort.illegalArgument("unsupported seal proof type " + number);
        }
        return proof;
    }

    /** The checks that need nothing but the declaration and the clock, in the actor's order. */
    private static void checkAlone(Invocation in, SectorPreCommitInfo sector, Set<Long> numbers) {
        long epoch = in.chain().epoch();
        if (!numbers.add(sector.sectorNumber().value())) {
            throw ActorAbort.illegalArgument("duplicate sector number " + sector.sectorNumber());
        }
        sealProof(sector.sealProof());
        if (!isCommitment(sector.sealedCid(), Cid.COMMITMENT_SEALED, Multihash.POSEIDON_BLS12_381_A2_FC1)) {
            throw ActorAbort.illegalArgument("sealed CID had wrong prefix");
        }
        long challenge = sector.sealRandEpoch().value();
        if (challenge >= epoch) {
            throw ActorAbort.illegalArgument("seal challenge epoch " + challenge + " must be before now " + epoch);
        }
        long earliest = epoch - ProtocolLimits.MAX_PRE_COMMIT_RANDOMNESS_LOOKBACK;
        if (challenge < earliest) {
            throw ActorAbort.illegalArgument(
                    "seal challenge epoch " + challenge + " too old, must be after " + earliest);
        }
        if (sector.unsealedCid().filter(cid -> !isUnsealedCommitment(cid)).isPresent()) {
            throw ActorAbort.illegalArgument("unsealed CID had wrong prefix");
        }
        long activation =
                epoch + ProtocolLimits.maxProveCommitDuration(in.chain().policy());
        checkExpiration(epoch, activation, sector.expiration().value());
        if (!in.chain().rules().preCommitMayNameDeals() && !sector.dealIds().isEmpty()) {
            throw ActorAbort.illegalArgument(
                    "sector " + sector.sectorNumber() + " declares deal IDs, which are refused since FIP-0118");
        }
    }

    /** {@code is_unsealed_sector}, which the market's {@code is_piece_cid} equals. */
    static boolean isUnsealedCommitment(Cid cid) {
        return isCommitment(cid, Cid.COMMITMENT_UNSEALED, Multihash.SHA2_256_TRUNC254_PADDED);
    }

    private static boolean isCommitment(Cid cid, long codec, long hash) {
        return cid.codec() == codec
                && cid.multihash().code() == hash
                && cid.multihash().digest().length == Commitment.LENGTH;
    }

    static void checkExpiration(long epoch, long activation, long expiration) {
        if (expiration <= activation) {
            throw ActorAbort.illegalArgument(
                    "sector expiration " + expiration + " must be after activation " + activation);
        }
        long lifetime = expiration - activation;
        if (lifetime < ProtocolLimits.MIN_SECTOR_EXPIRATION) {
            throw ActorAbort.illegalArgument("invalid expiration " + expiration + ", total sector lifetime (" + lifetime
                    + ") must exceed " + ProtocolLimits.MIN_SECTOR_EXPIRATION + " after activation " + activation);
        }
        if (expiration > epoch + ProtocolLimits.MAX_SECTOR_EXPIRATION_EXTENSION) {
            throw ActorAbort.illegalArgument("invalid expiration " + expiration + ", cannot be more than "
                    + ProtocolLimits.MAX_SECTOR_EXPIRATION_EXTENSION + " past current epoch " + epoch);
        }
        if (lifetime > ProtocolLimits.SECTOR_MAXIMUM_LIFETIME) {
            throw ActorAbort.illegalArgument("invalid expiration " + expiration + ", total sector lifetime (" + lifetime
                    + ") cannot exceed " + ProtocolLimits.SECTOR_MAXIMUM_LIFETIME + " after activation " + activation);
        }
    }

    private static List<Optional<Cid>> computedCommDs(Invocation in, List<SectorPreCommitInfo> sectors) {
        return sectors.stream()
                .map(sector -> sector.dealIds().isEmpty()
                        ? Optional.<Cid>empty()
                        : Optional.of(MarketActivation.verifyDeals(
                                in.callTo(StateTree.MARKET),
                                sector.dealIds(),
                                sector.expiration().value(),
                                sealProof(sector.sealProof()).sectorSize())))
                .toList();
    }

    private static void checkAgainstMiner(MinerState state, SectorPreCommitInfo sector, Optional<Cid> computed) {
        var proof = sealProof(sector.sealProof());
        if (proof.windowPoSt() != state.windowProof()) {
            throw ActorAbort.illegalArgument("sector Window PoSt proof type must match miner Window PoSt proof type "
                    + state.windowProof().number() + " (seal proof type " + sector.sealProof() + ")");
        }
        var declared = sector.unsealedCid().orElseGet(() -> zeroCommD(proof.sectorSize()));
        if (computed.isPresent() && !computed.get().equals(declared)) {
            throw ActorAbort.illegalArgument(
                    "computed " + computed.get() + " and passed " + declared + " CommDs not equal");
        }
    }

    static Cid zeroCommD(SectorSize size) {
        return PieceTree.commD(List.of(), new PaddedSize(size.bytes())).asUnsealedCid();
    }

    private static void allocate(MinerState state, Set<Long> numbers) {
        var wanted = BitField.of(numbers.stream().mapToLong(Long::longValue).toArray());
        var collisions = state.allocated.intersect(wanted);
        if (collisions.cardinality() > 0) {
            throw ActorAbort.illegalArgument("sector numbers " + collisions + " already allocated");
        }
        state.allocated = state.allocated.union(wanted);
    }

    private static PreCommit record(SectorPreCommitInfo sector, BigInteger deposit, long epoch) {
        return new PreCommit(
                sector.sectorNumber().value(),
                sealProof(sector.sealProof()),
                sector.sealedCid(),
                sector.sealRandEpoch().value(),
                sector.dealIds(),
                sector.expiration().value(),
                sector.unsealedCid(),
                deposit,
                epoch);
    }
}
