package io.adit.devnet.actor;

import io.adit.chain.actor.TerminateSectorsParams;
import io.adit.chain.actor.TerminateSectorsReturn;
import io.adit.core.fil.BitField;
import java.math.BigInteger;
import java.util.List;

/** Ends sectors before or at their time: TerminateSectors (9), faults grown too old, and expiry. */
final class MinerTermination {
    private MinerTermination() {}

    static byte[] terminate(Invocation in, TerminateSectorsParams params) {
        MinerFaults.checkDeclarations(in, params.terminations());
        in.gas().charge(20_000_000);
        var state = in.tree().write(in.receiver(), MinerState.class);
        in.requireCaller(state.operators());
        var ended = BitField.of();
        var lost = Power.ZERO;
        for (var declaration : params.terminations()) {
            int index = (int) declaration.deadline();
            if (!MinerProving.declarationWindow(in, state, index).isMutable()) {
                throw ActorAbort.illegalArgument("cannot terminate sectors in immutable deadline " + index);
            }
            var deadline = state.deadlines.get(index);
            if (declaration.partition() >= deadline.partitions().size()) {
                throw ActorAbort.notFound("failed to terminate sectors in deadline " + index
                        + ": failed to find partition " + declaration.partition());
            }
            var partition = deadline.partition(declaration.partition());
            if (declaration.sectors().minus(partition.live()).cardinality() > 0) {
                throw ActorAbort.illegalArgument("can only terminate live sectors");
            }
            lost = lost.plus(state.power(partition.active().intersect(declaration.sectors())));
            state.setDeadline(
                    index, deadline.with((int) declaration.partition(), partition.terminate(declaration.sectors())));
            ended = ended.union(declaration.sectors());
        }
        MinerFunds.repayAllOrAbort(in, state);
        MinerFunds.changePower(in, lost.negate());
        penalize(in, state, ended);
        return new TerminateSectorsReturn(true).toCbor();
    }

    /** Charges the fee of sectors ended early, frees their pledge and slashes their deals. */
    static void penalize(Invocation in, MinerState state, BitField ended) {
        if (ended.cardinality() == 0) {
            return;
        }
        long epoch = in.chain().epoch();
        var figures = NetworkFigures.of(in);
        var fee = BigInteger.ZERO;
        var pledge = BigInteger.ZERO;
        for (long number : Partition.members(ended).toArray()) {
            var sector = state.sector(number);
            fee = fee.add(figures.terminationPenalty(sector, epoch));
            pledge = pledge.add(sector.initialPledge());
        }
        state.feeDebt = state.feeDebt.add(fee);
        release(in, state, pledge);
        MinerFunds.repayWhatIsPossible(in, state);
        List<Long> numbers = Partition.members(ended).boxed().toList();
        MarketActivation.sectorsTerminated(in.callTo(StateTree.MARKET), numbers, epoch);
    }

    static void release(Invocation in, MinerState state, BigInteger pledge) {
        state.initialPledge = state.initialPledge.subtract(pledge);
        MinerFunds.changePledge(in, pledge.negate());
    }
}
