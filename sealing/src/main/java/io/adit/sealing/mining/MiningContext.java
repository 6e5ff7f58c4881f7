package io.adit.sealing.mining;

import io.adit.chain.node.FullNode;
import io.adit.chain.signer.BlockSigner;
import io.adit.core.time.Timeline;

/** What the parts of mining share. */
record MiningContext(
        MiningSettings settings,
        FullNode node,
        BlockSigner signer,
        WinningProver prover,
        BlockJournal journal,
        MiningMetrics metrics,
        Timeline timeline) {

    RoundTimes times() {
        return new RoundTimes(settings.blockDelay(), settings.propagationDelay());
    }
}
