package io.adit.devnet.actor;

import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.SectorDeclaration;
import io.adit.core.fil.BitField;
import io.adit.core.fil.DeadlineWindow;
import io.adit.devnet.policy.ProtocolLimits;
import java.util.List;

/** DeclareFaults (10) and DeclareFaultsRecovered (11). */
final class MinerFaults {
    private MinerFaults() {}

    static void checkDeclarations(Invocation in, List<SectorDeclaration> declarations) {
        if (declarations.size() > ProtocolLimits.DECLARATIONS_MAX) {
            throw ActorAbort.illegalArgument("too many declarations " + declarations.size());
        }
        for (var declaration : declarations) {
            if (declaration.deadline() >= in.chain().policy().deadlines()) {
                throw ActorAbort.illegalArgument("invalid deadline " + declaration.deadline());
            }
            if (declaration.sectors().cardinality() == 0) {
                throw ActorAbort.illegalArgument("declared sectors are empty");
            }
        }
    }

    static byte[] declare(Invocation in, DeclareFaultsParams params) {
        checkDeclarations(in, params.faults());
        in.gas().charge(12_000_000);
        var state = in.tree().write(in.receiver(), MinerState.class);
        in.requireCaller(state.operators());
        var lost = Power.ZERO;
        for (var declaration : params.faults()) {
            var window = windowInTime(in, state, declaration, "fault");
            int index = (int) declaration.deadline();
            var deadline = state.deadlines.get(index);
            var partition = assigned(deadline, declaration, "faults");
            var retracted = partition.recoveries().intersect(declaration.sectors());
            var newFaults = declaration
                    .sectors()
                    .minus(retracted)
                    .minus(partition.terminated())
                    .minus(partition.faults());
            lost = lost.plus(state.power(newFaults.minus(partition.unproven())));
            var next = partition
                    .retractRecoveries(retracted)
                    .fault(newFaults, window.last().value());
            state.setDeadline(index, deadline.with((int) declaration.partition(), next));
        }
        MinerFunds.changePower(in, lost.negate());
        return new byte[0];
    }

    static byte[] recover(Invocation in, DeclareFaultsRecoveredParams params) {
        checkDeclarations(in, params.recoveries());
        in.gas().charge(12_000_000);
        var state = in.tree().write(in.receiver(), MinerState.class);
        in.requireCaller(state.operators());
        MinerFunds.repayAllOrAbort(in, state);
        for (var declaration : params.recoveries()) {
            windowInTime(in, state, declaration, "recovery");
            int index = (int) declaration.deadline();
            var deadline = state.deadlines.get(index);
            var partition = assigned(deadline, declaration, "recoveries");
            var next = partition.declareRecovered(declaration.sectors().intersect(partition.faults()));
            state.setDeadline(index, deadline.with((int) declaration.partition(), next));
        }
        return new byte[0];
    }

    private static DeadlineWindow windowInTime(
            Invocation in, MinerState state, SectorDeclaration declaration, String what) {
        var window = MinerProving.declarationWindow(in, state, declaration.deadline());
        if (window.faultCutoffPassed()) {
            throw ActorAbort.illegalArgument("failed " + what + " declaration at deadline " + declaration.deadline()
                    + ": late fault or recovery declaration");
        }
        return window;
    }

    private static Partition assigned(Deadline deadline, SectorDeclaration declaration, String what) {
        Partition partition;
        try {
            partition = deadline.partition(declaration.partition());
        } catch (ActorAbort absent) {
            throw absent.during("failed to declare " + what + " for deadline " + declaration.deadline());
        }
        BitField strangers = declaration.sectors().minus(partition.sectors());
        if (strangers.cardinality() > 0) {
            throw ActorAbort.illegalArgument("failed to declare " + what + " for deadline " + declaration.deadline()
                    + ": not all sectors are assigned to the partition");
        }
        return partition;
    }
}
