package io.adit.devnet.actor;

import io.adit.chain.actor.PieceActivationManifest;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Makes sectors of proven pre-commits: gives them a deadline, prices them and locks their pledge. */
final class SectorActivation {
    private SectorActivation() {}

    static void activate(Invocation in, List<CommitCandidate> proven) {
        long epoch = in.chain().epoch();
        var figures = NetworkFigures.of(in);
        var state = in.tree().write(in.receiver(), MinerState.class);
        var sectors = new ArrayList<Sector>();
        var pledge = BigInteger.ZERO;
        var deposits = BigInteger.ZERO;
        for (var candidate : proven) {
            // Twice in one message: the first activation has taken the pre-commit away.
            var preCommit = MinerProveCommit.preCommit(state, candidate.preCommit.number());
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
                in.chain().rules().newSectorFlags(),
                BigInteger.ZERO);
        var power = unpriced.power().qualityAdjusted();
        return unpriced.priced(figures.initialPledge(power), figures.dailyFee(power));
    }
}
