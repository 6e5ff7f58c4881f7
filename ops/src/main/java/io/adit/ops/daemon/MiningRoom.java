package io.adit.ops.daemon;

import io.adit.chain.node.FullNode;
import io.adit.chain.signer.BlockSigner;
import io.adit.chain.signer.GuardedSigner;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.keys.Signer;
import io.adit.core.slash.SlashGuard;
import io.adit.core.state.StateStore;
import io.adit.core.time.SystemTimeline;
import io.adit.ops.api.MiningRoutes;
import io.adit.proofs.Proofs;
import io.adit.sealing.mining.BlockProducer;
import io.adit.sealing.mining.StoredSectors;
import io.adit.sealing.mining.WinningProver;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Block production, and the signer that it and everything else signs with: no block header leaves the node's keys but
 * through the slash guard. A guard that cannot be opened costs the blocks and nothing else.
 */
final class MiningRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MiningRoom.class);

    private final NodeSettings settings;
    private final FullNode chain;
    private final StateStore store;
    private final MeterRegistry registry;
    private final Optional<SlashGuard> guard;
    private final BlockSigner signer;
    private final String off;
    private volatile Optional<BlockProducer> producer = Optional.empty();

    private MiningRoom(
            NodeSettings settings,
            FullNode chain,
            StateStore store,
            MeterRegistry registry,
            Optional<SlashGuard> guard,
            BlockSigner signer,
            String off) {
        this.settings = settings;
        this.chain = chain;
        this.store = store;
        this.registry = registry;
        this.guard = guard;
        this.off = off;
        this.signer = signer;
    }

    /**
     * Opens the guard, under the node's lease. A signer process has its own.
     *
     * @param held whether the node's lease is certainly still this node's
     */
    static MiningRoom open(
            NodeSettings settings,
            FullNode chain,
            StateStore store,
            Signer keys,
            BooleanSupplier held,
            MeterRegistry registry) {
        var mining = settings.config().mining();
        if (!mining.enabled()) {
            return without(settings, chain, store, keys, registry, "mining.enabled is false");
        }
        if (keys instanceof BlockSigner remote) {
            return new MiningRoom(settings, chain, store, registry, Optional.empty(), remote, "");
        }
        try {
            var lease = GuardRoom.lease(store, settings.miner(), mining.guard(), held);
            var guard =
                    GuardRoom.open(mining, settings.miner(), settings.facts().genesis(), lease, registry);
            var signer = new GuardedSigner(keys, Map.of(settings.miner(), guard));
            return new MiningRoom(settings, chain, store, registry, Optional.of(guard), signer, "");
        } catch (AditException e) {
            LOG.error("No blocks will be made: {}", e.getMessage());
            return without(settings, chain, store, keys, registry, String.valueOf(e.getMessage()));
        }
    }

    /** Signs everything but blocks. */
    private static MiningRoom without(
            NodeSettings settings, FullNode chain, StateStore store, Signer keys, MeterRegistry registry, String why) {
        var signer = keys instanceof BlockSigner remote ? remote : new GuardedSigner(keys, Map.of());
        return new MiningRoom(settings, chain, store, registry, Optional.empty(), signer, why);
    }

    /** Signs for the whole node. */
    BlockSigner signer() {
        return signer;
    }

    /** Begins to make blocks. */
    void start(Proofs proofs, StoragePaths paths) {
        if (!off.isEmpty()) {
            return;
        }
        var own = settings.mining();
        var made = new BlockProducer(
                own,
                chain,
                signer,
                new WinningProver(
                        settings.minerId(),
                        proofs,
                        new StoredSectors(paths, settings.minerId(), own.sectorSize()),
                        own.readTimeout()),
                store,
                registry,
                new SystemTimeline());
        made.start();
        producer = Optional.of(made);
    }

    void onHead(TipSet head) {
        producer.ifPresent(running -> running.onHead(head));
    }

    /** Why no blocks are made although they are wanted; asks the signer. */
    Optional<String> problem() {
        if (!settings.config().mining().enabled()) {
            return Optional.empty();
        }
        if (!off.isEmpty()) {
            return Optional.of("no blocks are made: " + off);
        }
        if (settings.config().chain().development()) {
            // Its clock is not this machine's, and it is not always wanted that blocks are made there.
            return Optional.empty();
        }
        return producer.flatMap(running -> running.status().paused()).map(why -> "no blocks are made: " + why);
    }

    MiningRoutes routes() {
        return new MiningRoutes(() -> producer, guard, off);
    }

    @Override
    public void close() {
        producer.ifPresent(BlockProducer::close);
        guard.ifPresent(SlashGuard::close);
    }
}
