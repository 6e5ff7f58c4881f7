package io.adit.ops.demo;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.ops.cli.ChainControl;

/** Turns the devnet's clock through a miner's windows; on a real chain a proving period takes a day. */
public final class ProvingClock {
    private final FullNode chain;
    private final ChainControl control;
    private final Address miner;

    public ProvingClock(FullNode chain, ChainControl control, Address miner) {
        this.chain = chain;
        this.control = control;
        this.miner = miner;
    }

    /** To where the deadline's next window opens; not at all when it is open now. */
    public void turnTo(long deadline) {
        var now = chain.stateMinerProvingDeadline(miner, TipSetKey.EMPTY);
        long ahead = Math.floorMod(deadline - now.index(), now.wPoStPeriodDeadlines());
        var opens = now.open().plus(ahead * now.wPoStChallengeWindow());
        if (now.currentEpoch().isBefore(opens)) {
            control.advanceTo(opens);
        }
    }

    /** Past the window that is open now; answers the epoch at which it closed. */
    public Epoch pass() {
        var close = chain.stateMinerProvingDeadline(miner, TipSetKey.EMPTY).close();
        control.advanceTo(close.plus(1));
        return close;
    }
}
