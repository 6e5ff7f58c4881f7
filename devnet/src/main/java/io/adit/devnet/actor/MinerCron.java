package io.adit.devnet.actor;

import io.adit.core.fil.BitField;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.devnet.policy.ProtocolLimits;
import java.math.BigInteger;
import java.util.ArrayList;

/**
 * What the chain does to a miner at the last epoch of each of its deadlines: vesting, dead pre-commits, missed proofs become
 * faults, faults are charged, old sectors end, the daily fee is burnt ({@code handle_proving_deadline}).
 */
final class MinerCron {
    private MinerCron() {}

    /** Runs for one miner at one epoch; does nothing unless a deadline ends there. */
    static void tick(Invocation in) {
        var policy = in.chain().policy();
        long epoch = in.chain().epoch();
        var before = in.tree().read(in.receiver(), MinerState.class);
        var info = before.deadlineAt(policy, epoch);
        boolean idle = before.sectors().isEmpty()
                && before.preCommits().isEmpty()
                && before.vesting.isEmpty()
                && before.pendingWorker().isEmpty();
        if (info.last().value() != epoch || idle) {
            return;
        }
        var state = in.tree().write(in.receiver(), MinerState.class);
        MinerFunds.changePledge(in, MinerFunds.vest(state, epoch).negate());
        MinerActor.switchWorker(state, epoch);
        dropDeadPreCommits(state, policy, epoch);
        int index = (int) info.index();
        if (state.deadlines.get(index).hasLiveSectors()) {
            endDeadline(in, state, index, epoch);
        }
        MinerFunds.repayWhatIsPossible(in, state);
    }

    private static void dropDeadPreCommits(MinerState state, ChainPolicy policy, long epoch) {
        long life = ProtocolLimits.maxProveCommitDuration(policy) + ProtocolLimits.EXPIRED_PRE_COMMIT_CLEAN_UP_DELAY;
        for (var preCommit : new ArrayList<>(state.preCommits.values())) {
            if (preCommit.epoch() + life <= epoch) {
                state.preCommits.remove(preCommit.number());
                state.preCommitDeposits = state.preCommitDeposits.subtract(preCommit.deposit());
                state.feeDebt = state.feeDebt.add(preCommit.deposit());
            }
        }
    }

    private static void endDeadline(Invocation in, MinerState state, int index, long epoch) {
        var figures = NetworkFigures.of(in);
        var deadline = state.deadlines.get(index);
        var faultyBefore = Power.ZERO;
        var livePower = Power.ZERO;
        var dailyFee = BigInteger.ZERO;
        for (var partition : deadline.partitions()) {
            faultyBefore = faultyBefore.plus(state.power(partition.faults()));
            livePower = livePower.plus(state.power(partition.live()));
            for (long number : Partition.members(partition.live()).toArray()) {
                dailyFee = dailyFee.add(state.sector(number).dailyFee());
            }
        }
        var lost = Power.ZERO;
        for (int at = 0; at < deadline.partitions().size(); at++) {
            if (!deadline.posted().contains(at)) {
                var partition = deadline.partition(at);
                lost = lost.plus(state.power(partition.active()));
                var missed = partition.live().minus(partition.faults());
                deadline = deadline.with(
                        at, partition.retractRecoveries(partition.recoveries()).fault(missed, epoch));
            }
        }
        MinerFunds.changePower(in, lost.negate());
        state.setDeadline(index, deadline.closed());
        var early = expire(in, state, index, epoch);
        var penalty = figures.continuedFault(faultyBefore.qualityAdjusted());
        var fee = dailyFee.min(figures.dailyFeeCap(livePower.qualityAdjusted()));
        state.feeDebt = state.feeDebt.add(penalty).add(fee);
        MinerFunds.repayWhatIsPossible(in, state);
        MinerTermination.penalize(in, state, early);
    }

    /** Ends sectors whose time is over; returns those that end early because they were faulty for too long. */
    private static BitField expire(Invocation in, MinerState state, int index, long epoch) {
        var early = BitField.of();
        var pledge = BigInteger.ZERO;
        var lost = Power.ZERO;
        var deadline = state.deadlines.get(index);
        for (int at = 0; at < deadline.partitions().size(); at++) {
            var partition = deadline.partition(at);
            var onTime = BitField.of(Partition.members(partition.live())
                    .filter(number -> state.sector(number).expiration() <= epoch)
                    .toArray());
            var tooOld = BitField.of(Partition.members(partition.faults().minus(onTime))
                    .filter(number -> faultySince(partition, number, epoch) + ProtocolLimits.FAULT_MAX_AGE <= epoch)
                    .toArray());
            for (long number : Partition.members(onTime).toArray()) {
                pledge = pledge.add(state.sector(number).initialPledge());
            }
            lost = lost.plus(state.power(partition.active().intersect(onTime)));
            early = early.union(tooOld);
            deadline = deadline.with(at, partition.terminate(onTime.union(tooOld)));
        }
        state.setDeadline(index, deadline);
        MinerFunds.changePower(in, lost.negate());
        MinerTermination.release(in, state, pledge);
        return early;
    }

    private static long faultySince(Partition partition, long number, long epoch) {
        return partition.faultySince().getOrDefault(number, epoch);
    }
}
