package io.adit.devnet.actor;

import io.adit.chain.actor.BatchReturn;
import io.adit.chain.actor.PieceActivationManifest;
import io.adit.chain.actor.PieceChange;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorChanges;
import io.adit.chain.actor.SectorContentChangedParams;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.PieceTree;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.devnet.policy.ProtocolLimits;
import io.adit.proofs.SealVerification;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** ProveCommitSectors3 (method 34): proves pre-committed sectors, activates them and tells the market what they hold. */
final class MinerProveCommit {
    private static final long SNARK_PACK_V2 = 1;
    private static final Address MARKET = Address.ofId(StateTree.MARKET);

    /** A sector on its way through the method; {@code code} stays 0 as long as it is well. */
    private static final class Candidate {
        final SectorActivationManifest manifest;
        final PreCommit preCommit;
        final SealVerification seal;
        long code;

        Candidate(SectorActivationManifest manifest, PreCommit preCommit, SealVerification seal) {
            this.manifest = manifest;
            this.preCommit = preCommit;
            this.seal = seal;
        }

        boolean well() {
            return code == 0;
        }
    }

    private MinerProveCommit() {}

    static byte[] prove(Invocation in, ProveCommitSectors3Params params) {
        var state = in.tree().read(in.receiver(), MinerState.class);
        in.requireCaller(state.operators());
        var preCommits = params.sectorActivations().stream()
                .map(activation -> preCommit(state, activation.sectorNumber().value()))
                .toList();
        checkShape(params, preCommits);
        chargeGas(in, params);
        var candidates = validate(in, params, preCommits);
        requireAny(candidates, "no valid precommits specified");
        verify(in, params, candidates);
        requireAny(candidates, "no valid proofs specified");
        checkData(in, candidates, params.requireActivationSuccess());
        requireAny(candidates, "all data activations failed");
        activate(in, candidates.stream().filter(Candidate::well).toList());
        notifyMarket(in, candidates, params.requireNotificationSuccess());
        return BatchReturn.of(candidates.stream().map(one -> one.code).toList()).toCbor();
    }

    private static PreCommit preCommit(MinerState state, long number) {
        var found = state.preCommits.get(number);
        if (found == null) {
            throw ActorAbort.notFound("loading precommits: sector " + number + " not found");
        }
        return found;
    }

    private static void checkShape(ProveCommitSectors3Params params, List<PreCommit> preCommits) {
        int count = preCommits.size();
        if (count == 0) {
            throw ActorAbort.illegalArgument("no sectors to prove");
        }
        boolean single = !params.sectorProofs().isEmpty();
        if (single == (params.aggregateProof().length > 0)) {
            throw ActorAbort.illegalArgument("exactly one of sector proofs or aggregate proof must be non-empty");
        }
        if (single) {
            if (params.aggregateProofType().isPresent()) {
                throw ActorAbort.illegalArgument("aggregate proof type must be null with batched proofs");
            }
            if (count != params.sectorProofs().size()) {
                throw ActorAbort.illegalArgument("mismatched lengths: " + count + " sector activations, "
                        + params.sectorProofs().size() + " proofs");
            }
            for (var proof : params.sectorProofs()) {
                if (proof.length > ProtocolLimits.SEAL_PROOF_SIZE) {
                    throw ActorAbort.illegalArgument(
                            "sector proof size " + proof.length + " exceeds max " + ProtocolLimits.SEAL_PROOF_SIZE);
                }
            }
            return;
        }
        if (params.aggregateProofType().filter(type -> type == SNARK_PACK_V2).isEmpty()) {
            throw ActorAbort.illegalArgument("aggregate proof type must be SnarkPackV2");
        }
        if (count < ProtocolLimits.MIN_AGGREGATED_SECTORS || count > ProtocolLimits.MAX_AGGREGATED_SECTORS) {
            throw ActorAbort.illegalArgument("too few or too many sectors addressed, addressed " + count);
        }
        if (params.aggregateProof().length > ProtocolLimits.MAX_AGGREGATED_PROOF_SIZE) {
            throw ActorAbort.illegalArgument("sector prove-commit proof exceeds max size");
        }
    }

    private static void chargeGas(Invocation in, ProveCommitSectors3Params params) {
        int count = params.sectorActivations().size();
        in.gas()
                .charge(
                        params.aggregateProof().length > 0
                                ? 170_000_000 + 8_000_000L * count
                                : 35_000_000 + 60_000_000L * count);
    }

    private static void requireAny(List<Candidate> candidates, String otherwise) {
        if (candidates.stream().noneMatch(Candidate::well)) {
            throw ActorAbort.illegalArgument(otherwise);
        }
    }

    private static List<Candidate> validate(
            Invocation in, ProveCommitSectors3Params params, List<PreCommit> preCommits) {
        long epoch = in.chain().epoch();
        var entropy = entropy(in.receiver());
        var candidates = new ArrayList<Candidate>();
        for (int index = 0; index < preCommits.size(); index++) {
            var preCommit = preCommits.get(index);
            if (preCommit.sealProof() != preCommits.getFirst().sealProof()) {
                throw ActorAbort.illegalState("seal proof group for verification contains mismatched seal proofs");
            }
            long challenge = preCommit.epoch() + in.chain().policy().preCommitChallengeDelay();
            if (epoch <= challenge) {
                throw ActorAbort.forbidden("too early to prove sector");
            }
            var proof = params.sectorProofs().isEmpty()
                    ? new byte[0]
                    : params.sectorProofs().get(index);
            var candidate = new Candidate(
                    params.sectorActivations().get(index), preCommit, seal(in, preCommit, challenge, entropy, proof));
            boolean late = epoch
                    > preCommit.epoch()
                            + ProtocolLimits.maxProveCommitDuration(in.chain().policy());
            if (late || !preCommit.dealIds().isEmpty()) {
                candidate.code = ActorAbort.ILLEGAL_ARGUMENT;
                if (params.requireActivationSuccess()) {
                    throw ActorAbort.illegalArgument(
                            "invalid pre-commit " + index + " while requiring activation success");
                }
            }
            candidates.add(candidate);
        }
        return candidates;
    }

    static byte[] entropy(long miner) {
        return new CborWriter().bytes(Address.ofId(miner).bytes()).toByteArray();
    }

    private static SealVerification seal(
            Invocation in, PreCommit preCommit, long challenge, byte[] entropy, byte[] proof) {
        var chain = in.chain();
        return new SealVerification(
                preCommit.sealProof(),
                new SectorId(new ActorId(in.receiver()), new SectorNumber(preCommit.number())),
                Commitment.fromCid(preCommit.sealedCid()),
                Commitment.fromCid(unsealed(preCommit)),
                chain.ticketRandomness(DomainSeparationTag.SEAL_RANDOMNESS, preCommit.sealRandEpoch(), entropy),
                chain.beaconRandomness(DomainSeparationTag.INTERACTIVE_SEAL_CHALLENGE_SEED, challenge, entropy),
                proof);
    }

    private static Cid unsealed(PreCommit preCommit) {
        return preCommit
                .unsealedCid()
                .orElseGet(() -> MinerPreCommit.zeroCommD(preCommit.sealProof().sectorSize()));
    }

    private static void verify(Invocation in, ProveCommitSectors3Params params, List<Candidate> candidates) {
        var proofs = in.chain().proofs();
        if (params.sectorProofs().isEmpty()) {
            var seals = candidates.stream().map(one -> one.seal).toList();
            var type = candidates.getFirst().preCommit.sealProof();
            boolean valid = Invocation.holds(() -> proofs.verifyAggregateSeals(type, seals, params.aggregateProof()));
            if (!valid) {
                throw ActorAbort.illegalArgument("aggregate seal verify failed");
            }
            return;
        }
        for (var candidate : candidates) {
            if (candidate.well() && !Invocation.holds(() -> proofs.verifySeal(candidate.seal))) {
                candidate.code = ActorAbort.ILLEGAL_ARGUMENT;
                if (params.requireActivationSuccess()) {
                    throw ActorAbort.illegalArgument("invalid proof for sector " + candidate.preCommit.number()
                            + " while requiring activation success");
                }
            }
        }
    }

    /** The manifest's pieces must make the CommD that was pre-committed. */
    private static void checkData(Invocation in, List<Candidate> candidates, boolean allOrNothing) {
        for (var candidate : candidates) {
            if (!candidate.well()) {
                continue;
            }
            var computed = commD(candidate);
            if (!computed.equals(unsealed(candidate.preCommit))) {
                throw ActorAbort.illegalArgument("unsealed CID does not match pieces for sector "
                        + candidate.preCommit.number() + ", computed " + computed + " declared "
                        + unsealed(candidate.preCommit));
            }
            // Before FIP-0118 a key had to name an allocation; the devnet has no verified registry, so none exists.
            boolean claims = candidate.manifest.pieces().stream()
                    .anyMatch(piece -> piece.verifiedAllocationKey().isPresent());
            if (claims && in.chain().networkVersion() < 29) {
                candidate.code = ActorAbort.ILLEGAL_ARGUMENT;
                if (allOrNothing) {
                    throw ActorAbort.illegalArgument("failed to claim allocations");
                }
            }
        }
    }

    private static Cid commD(Candidate candidate) {
        try {
            var pieces = candidate.manifest.pieces().stream()
                    .map(piece -> new PieceInfo(Commitment.fromCid(piece.cid()), new PaddedSize(piece.size())))
                    .toList();
            var size =
                    new PaddedSize(candidate.preCommit.sealProof().sectorSize().bytes());
            return PieceTree.commD(pieces, size).asUnsealedCid();
        } catch (AditException malformed) {
            throw ActorAbort.illegalArgument("failed to compute unsealed sector CID: " + malformed.getMessage());
        }
    }

    private static void activate(Invocation in, List<Candidate> proven) {
        long epoch = in.chain().epoch();
        var figures = NetworkFigures.of(in);
        var state = in.tree().write(in.receiver(), MinerState.class);
        var sectors = new ArrayList<Sector>();
        var pledge = BigInteger.ZERO;
        var deposits = BigInteger.ZERO;
        for (var candidate : proven) {
            // Twice in one message: the first activation has taken the pre-commit away.
            var preCommit = preCommit(state, candidate.preCommit.number());
            var sector = sector(in, preCommit, candidate.manifest.pieces(), figures);
            sectors.add(sector);
            pledge = pledge.add(sector.initialPledge());
            deposits = deposits.add(preCommit.deposit());
            state.preCommits.remove(preCommit.number());
            state.sectors.put(sector.number(), sector);
        }
        state.preCommitDeposits = state.preCommitDeposits.subtract(deposits);
        DeadlineAssignment.assign(state, in.chain().policy(), epoch, sectors);
        MinerFunds.changePledge(in, MinerFunds.vest(state, epoch).negate());
        var unlocked = state.unlocked(in.tree().balance(in.receiver()));
        if (unlocked.compareTo(pledge) < 0) {
            throw ActorAbort.insufficientFunds("insufficient funds for aggregate initial pledge requirement " + pledge
                    + ", available: " + unlocked);
        }
        state.initialPledge = state.initialPledge.add(pledge);
        MinerFunds.changePledge(in, pledge);
    }

    private static Sector sector(
            Invocation in, PreCommit preCommit, List<PieceActivationManifest> pieces, NetworkFigures figures) {
        long epoch = in.chain().epoch();
        long space = pieces.stream().mapToLong(PieceActivationManifest::size).sum();
        var weight = BigInteger.valueOf(space).multiply(BigInteger.valueOf(preCommit.expiration() - epoch));
        long flags = in.chain().networkVersion() >= 29
                ? Sector.SIMPLE_QA_POWER | Sector.FULL_QA_POWER
                : Sector.SIMPLE_QA_POWER;
        var unpriced = new Sector(
                preCommit.number(),
                preCommit.sealProof(),
                preCommit.sealedCid(),
                epoch,
                preCommit.expiration(),
                weight,
                BigInteger.ZERO,
                BigInteger.ZERO,
                epoch,
                flags,
                BigInteger.ZERO);
        var power = unpriced.power().qualityAdjusted();
        return unpriced.priced(figures.initialPledge(power), figures.dailyFee(power));
    }

    private static void notifyMarket(Invocation in, List<Candidate> candidates, boolean required) {
        var changes = new ArrayList<SectorChanges>();
        for (var candidate : candidates) {
            if (!candidate.well()) {
                continue;
            }
            var added = new ArrayList<PieceChange>();
            for (var piece : candidate.manifest.pieces()) {
                for (var notification : piece.notifications()) {
                    if (notification.address().equals(MARKET)) {
                        added.add(new PieceChange(piece.cid(), piece.size(), notification.payload()));
                    } else if (required) {
                        throw ActorAbort.illegalArgument("disallowed notification receiver: " + notification.address());
                    }
                }
            }
            if (!added.isEmpty()) {
                changes.add(new SectorChanges(
                        candidate.manifest.sectorNumber(), new Epoch(candidate.preCommit.expiration()), added));
            }
        }
        if (!changes.isEmpty()) {
            send(in, new SectorContentChangedParams(changes), required);
        }
    }

    private static void send(Invocation in, SectorContentChangedParams params, boolean required) {
        try {
            var accepted = in.isolated(() -> MarketActivation.contentChanged(in.callTo(StateTree.MARKET), params));
            if (required && accepted.contains(false)) {
                throw ActorAbort.illegalArgument("sector change rejected");
            }
        } catch (ActorAbort refused) {
            if (required) {
                throw refused;
            }
        }
    }
}
