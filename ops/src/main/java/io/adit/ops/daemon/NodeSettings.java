package io.adit.ops.daemon;

import io.adit.core.config.NodeConfig;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.market.deal.DealSettings;
import io.adit.sealing.pipeline.SealingSettings;
import io.adit.sealing.proving.ProvingSettings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Translates what the operator wrote into what each room wants to know.
 *
 * @param config the operator's file
 * @param miner the miner's ID address
 * @param worker the key address that signs for it
 */
public record NodeSettings(NodeConfig config, Address miner, Address worker) {
    public ActorId minerId() {
        return new ActorId(miner.id().orElseThrow());
    }

    /** A confidence of an epoch or two says that this chain is a development chain, where everything goes quickly. */
    private boolean development() {
        return config.chain().confidence() < 3;
    }

    SealingSettings sealing() {
        var size = config.sealing().sectorSize();
        if (development()) {
            return SealingSettings.devnet(minerId(), worker, size);
        }
        var base = SealingSettings.defaults(minerId(), worker, size);
        int confidence = config.chain().confidence();
        return new SealingSettings(
                base.miner(),
                base.worker(),
                base.sealProof(),
                config.sealing().waitDealsDelay(),
                base.dealStartSlack(),
                config.sealing().maxConcurrent(),
                confidence,
                Math.max(confidence, base.seedConfidence()),
                confidence,
                base.proofAttempts(),
                base.requireDealActivation(),
                base.maxPreCommitFee(),
                base.maxCommitFee(),
                config.sealing().expiration(),
                Duration.ofSeconds(5));
    }

    ProvingSettings proving() {
        var size = config.sealing().sectorSize();
        return development()
                ? ProvingSettings.devnet(minerId(), worker, size)
                : ProvingSettings.defaults(minerId(), worker, size);
    }

    DealSettings deals(Path pieces) {
        return DealSettings.of(
                config.market(),
                miner,
                config.sealing().sectorSize(),
                pieces,
                config.chain().maxFee(),
                config.chain().confidence());
    }
}
