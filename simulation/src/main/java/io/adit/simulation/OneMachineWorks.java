package io.adit.simulation;

import java.util.function.IntSupplier;

/** Of several machines one works for the miner; one that went on after another had its lease ends within two epochs. */
final class OneMachineWorks implements Invariant {
    private static final int TO_NOTICE = 2;

    private final Breaches breaches;
    private final IntSupplier working;
    private int tooMany;

    /**
     * Of a provider's machines.
     *
     * @param working how many of them work and do not stand still
     */
    OneMachineWorks(Breaches breaches, IntSupplier working) {
        this.breaches = breaches;
        this.working = working;
    }

    @Override
    public void headMoved() {
        tooMany = working.getAsInt() > 1 ? tooMany + 1 : 0;
        if (tooMany > TO_NOTICE) {
            breaches.report(getClass(), working.getAsInt() + " machines work for the miner at once");
        }
    }
}
