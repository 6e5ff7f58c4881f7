package io.adit.ops.daemon;

import io.adit.chain.message.BaseFeeWait;
import io.adit.chain.message.LanePolicy;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.message.OutboxPolicy;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.market.deal.DealSettings;
import io.adit.sealing.mining.MiningSettings;
import io.adit.sealing.pipeline.BatchSettings;
import io.adit.sealing.pipeline.SealingSettings;
import io.adit.sealing.proving.ProvingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Translates what the operator wrote into what each room wants to know.
 *
 * @param config the operator's file
 * @param facts what the chain says of the miner
 */
record NodeSettings(NodeConfig config, MinerFacts facts) {
    /** The miner's ID address. */
    Address miner() {
        return facts.miner();
    }

    /** The key address that signed for it at the start. */
    Address worker() {
        return facts.worker();
    }

    ActorId minerId() {
        return new ActorId(miner().id().orElseThrow());
    }

    SealingSettings sealing() {
        var size = config.sealing().sectorSize();
        var base = config.chain().development()
                ? SealingSettings.devnet(minerId(), worker(), size)
                : SealingSettings.defaults(minerId(), worker(), size);
        int confidence = config.chain().confidence();
        var sealing = config.sealing();
        return base.withWaitDealsDelay(sealing.waitDealsDelay())
                .withMaxWaitDealsSectors(sealing.maxWaitDealsSectors())
                .withPreCommitConfidence(confidence)
                .withSeedConfidence(Math.max(confidence, base.seedConfidence()))
                .withCommitConfidence(confidence)
                .withMaxPreCommitFee(base.maxPreCommitFee().min(config.chain().maxFee()))
                .withMaxCommitFee(base.maxCommitFee().min(config.chain().maxFee()))
                .withCapacityLifetime(sealing.expiration())
                .withBatches(new BatchSettings(
                        sealing.preCommitBatchWait(),
                        sealing.preCommitBatchMax(),
                        sealing.commitBatchWait(),
                        sealing.commitBatchMax(),
                        sealing.batchSlack()));
    }

    /** @param scratch where what challenges open is copied to */
    ProvingSettings proving(Path scratch) {
        var size = config.sealing().sectorSize();
        var base = config.chain().development()
                ? ProvingSettings.devnet(minerId(), worker(), size)
                : ProvingSettings.defaults(minerId(), worker(), size);
        return base.withMaxFee(config.chain().maxFeeWindowPost())
                .withMaxDeclarationFee(
                        base.maxDeclarationFee().min(config.chain().maxFee()))
                .withPartitionsPerMessage(config.chain().windowPostPartitions())
                .withGasPerMessage(config.chain().windowPostGas())
                .withEpochTime(Duration.ofSeconds(Math.max(1, facts.params().blockDelaySeconds())))
                .withParallelProofs(config.proofs().windowPostWorkers())
                .withProofLimit(config.proofs().windowPostLimit())
                .withScratch(Optional.of(scratch));
    }

    /** A development chain has no price to wait for. */
    OutboxPolicy messages() {
        var messages = config.messages();
        var from = byLane("messages.from", messages.from(), Address::parse);
        if (from.containsKey(MessagePriority.BACKGROUND)) {
            // Withdrawals and changes of keys are the owner's or the worker's, and were rehearsed with their sender.
            throw new InvalidValueException(
                    "messages.from",
                    MessagePriority.BACKGROUND.laneName(),
                    "another lane: what an operator sends goes out from the address that the command names");
        }
        var maxFee = byLane("messages.max-fee", messages.maxFee(), TokenAmount::ofFil);
        var perDay = byLane("messages.max-fee-per-day", messages.maxFeePerDay(), TokenAmount::ofFil);
        var lanes = new EnumMap<MessagePriority, LanePolicy>(MessagePriority.class);
        for (var lane : MessagePriority.values()) {
            lanes.put(
                    lane,
                    new LanePolicy(
                            Optional.ofNullable(from.get(lane)),
                            Optional.ofNullable(maxFee.get(lane)),
                            Optional.ofNullable(perDay.get(lane))));
        }
        var wait = new BaseFeeWait(messages.baseFeePercentile(), messages.baseFeeEpochs(), messages.baseFeeWait());
        return new OutboxPolicy(
                Optional.of(miner()),
                Optional.of(worker()),
                lanes,
                config.chain().development() ? Optional.empty() : Optional.of(wait));
    }

    private static <T> Map<MessagePriority, T> byLane(String key, List<String> entries, Function<String, T> parse) {
        var values = new EnumMap<MessagePriority, T>(MessagePriority.class);
        for (var entry : entries) {
            var lane = MessagePriority.ofLane(
                            entry.substring(0, Math.max(0, entry.indexOf('='))).strip())
                    .orElseThrow(() -> new InvalidValueException(
                            key,
                            entry,
                            "lane=value with a lane of "
                                    + Arrays.stream(MessagePriority.values())
                                            .map(MessagePriority::laneName)
                                            .collect(Collectors.joining(", "))));
            values.put(lane, parse.apply(entry.substring(entry.indexOf('=') + 1).strip()));
        }
        return values;
    }

    MiningSettings mining() {
        var mining = config.mining();
        var base = MiningSettings.of(
                miner(),
                config.sealing().sectorSize(),
                Duration.ofSeconds(facts.params().blockDelaySeconds()));
        return base.withPropagationDelay(mining.propagationDelay().orElse(base.propagationDelay()))
                .withMostNullRounds(mining.maxNullRounds())
                .withReadTimeout(mining.readTimeout())
                .withStandIn(mining.standIn().map(Address::parse));
    }

    DealSettings deals(Path pieces) {
        return DealSettings.of(
                config.market(),
                miner(),
                pieces,
                config.chain().maxFee(),
                config.chain().confidence());
    }
}
