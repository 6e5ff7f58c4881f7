package io.adit.sealing.mining;

import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.Randomness;
import io.adit.core.ipld.Hashes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A winning proof that nobody asked for: starts the worker and loads its parameters, which would else cost the first won
 * round, and shows the operator at the start whether this machine can make one.
 */
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private final MiningContext context;

    WarmUp(MiningContext context) {
        this.context = context;
    }

    /** Proves the sectors that the next round would challenge; a miner that cannot win does nothing. */
    void run(TipSet head) {
        try {
            context.node()
                    .minerGetBaseInfo(context.settings().miner(), head.height().plus(1), head.key())
                    .filter(MiningBaseInfo::eligibleForMining)
                    .ifPresent(this::prove);
        } catch (AditException e) {
            LOG.warn("Warming up for winning PoSt: {}", e.getMessage());
        }
    }

    private void prove(MiningBaseInfo info) {
        var watch = new StopWatch(context.timeline());
        byte[] challenge = Hashes.blake2b256(Lottery.beacon(info));
        challenge[Randomness.LENGTH - 1] &= 0x3f;
        context.prover().prove(info.sectors(), Randomness.of(challenge));
        LOG.info("Warmed up for winning PoSt in {}", ClockWatch.seconds(watch.lap()));
    }
}
