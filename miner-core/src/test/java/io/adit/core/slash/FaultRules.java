package io.adit.core.slash;

import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The chain's own judgement over signed blocks, written from the rules that nodes and the VM apply to a report (two headers
 * and perhaps a third as witness), and sharing nothing with the guard.
 */
final class FaultRules {
    private FaultRules() {}

    /** The fault that two headers of one miner prove, alone or with a witness; empty if none. */
    static Optional<String> fault(TestBlock a, TestBlock b, Collection<TestBlock> witnesses) {
        boolean comparable = !a.signed().equals(b.signed()) && a.miner().equals(b.miner()) && a.epoch() <= b.epoch();
        if (!comparable) {
            return Optional.empty();
        }
        if (a.epoch() == b.epoch()) {
            return Optional.of("double-fork mining");
        }
        if (a.parentCids().equals(b.parentCids())) {
            return Optional.of("time-offset mining");
        }
        Set<Object> parentsOfB = new HashSet<>(b.parentCids());
        boolean grinding = witnesses.stream()
                .anyMatch(c -> a.parentCids().equals(c.parentCids())
                        && a.epoch() == c.epoch()
                        && parentsOfB.contains(c.signed())
                        && !parentsOfB.contains(a.signed()));
        return grinding ? Optional.of("parent grinding") : Optional.empty();
    }

    /** Any fault that a slasher could prove from these blocks. */
    static Optional<String> anyFault(Collection<TestBlock> signed, Collection<TestBlock> witnesses) {
        for (TestBlock a : signed) {
            for (TestBlock b : signed) {
                var fault = fault(a, b, witnesses);
                if (fault.isPresent()) {
                    return fault.map(name -> name + " at " + a.epoch() + " and " + b.epoch());
                }
            }
        }
        return Optional.empty();
    }
}
