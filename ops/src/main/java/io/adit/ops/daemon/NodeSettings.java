package io.adit.ops.daemon;

import io.adit.core.config.NodeConfig;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.market.deal.DealSettings;
import io.adit.sealing.pipeline.SealingSettings;
import io.adit.sealing.proving.ProvingSettings;
import java.nio.file.Path;
import java.util.Optional;

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

    SealingSettings sealing() {
        var size = config.sealing().sectorSize();
        var base = config.chain().development()
                ? SealingSettings.devnet(minerId(), worker, size)
                : SealingSettings.defaults(minerId(), worker, size);
        int confidence = config.chain().confidence();
        return new SealingSettings(
                base.miner(),
                base.worker(),
                base.sealProof(),
                config.sealing().waitDealsDelay(),
                base.dealStartSlack(),
                config.sealing().maxWaitDealsSectors(),
                confidence,
                Math.max(confidence, base.seedConfidence()),
                confidence,
                base.proofAttempts(),
                base.requireDealActivation(),
                base.maxPreCommitFee().min(config.chain().maxFee()),
                base.maxCommitFee().min(config.chain().maxFee()),
                config.sealing().expiration(),
                base.headPoll());
    }

    /** @param scratch where what challenges open is copied to */
    ProvingSettings proving(Path scratch) {
        var size = config.sealing().sectorSize();
        var base = config.chain().development()
                ? ProvingSettings.devnet(minerId(), worker, size)
                : ProvingSettings.defaults(minerId(), worker, size);
        return base.withMaxFee(config.chain().maxFeeWindowPost())
                .withMaxDeclarationFee(
                        base.maxDeclarationFee().min(config.chain().maxFee()))
                .withScratch(Optional.of(scratch));
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
