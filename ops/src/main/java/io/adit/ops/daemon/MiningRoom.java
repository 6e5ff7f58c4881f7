package io.adit.ops.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.node.FullNode;
import io.adit.chain.signer.BlockSigner;
import io.adit.chain.signer.GuardedSigner;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.keys.Signer;
import io.adit.core.slash.MiningLease;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.slash.SlashGuard;
import io.adit.core.state.StateStore;
import io.adit.core.time.SystemTimeline;
import io.adit.ops.api.GuardDesk;
import io.adit.ops.api.MiningRoutes;
import io.adit.proofs.Proofs;
import io.adit.sealing.mining.BlockProducer;
import io.adit.sealing.mining.StoredSectors;
import io.adit.sealing.mining.WinningProver;
import io.adit.sealing.storage.StoragePaths;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Block production, and the signer that it and everything else signs with: no block header leaves the node's keys but
 * through the slash guard. A guard that cannot be opened costs the blocks and nothing else, and only until it can be.
 */
final class MiningRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MiningRoom.class);

    /** How long the node's end waits for the guard's. */
    private static final Duration GUARD_PATIENCE = Duration.ofSeconds(5);

    private final NodeSettings settings;
    private final FullNode chain;
    private final StateStore store;
    private final MeterRegistry registry;
    private final BlockSigner signer;
    private final KnownGuard known;
    private final BooleanSupplier held;
    private final AtomicReference<MiningLease> lease = new AtomicReference<>(OptionalLong::empty);
    private final Duration pause;
    private final Object changing = new Object();
    private final String off;
    private final Optional<RoomStarter> opening;
    private volatile Optional<RoomStarter> settling = Optional.empty();
    private volatile String leasedTo = "";
    private volatile Optional<BlockProducer> producer = Optional.empty();
    private Optional<SlashGuard> guard = Optional.empty();
    private boolean closed;

    /** @param pause between two tries to open the guard */
    private MiningRoom(
            NodeHome home,
            NodeSettings settings,
            FullNode chain,
            StateStore store,
            Signer keys,
            BooleanSupplier held,
            MeterRegistry registry,
            Duration pause) {
        this.settings = settings;
        this.chain = chain;
        this.store = store;
        this.registry = registry;
        this.known = new KnownGuard(home, settings.config().mining());
        this.held = held;
        this.pause = pause;
        this.off = settings.config().mining().enabled() ? "" : "mining.enabled is false";
        this.signer = keys instanceof BlockSigner remote ? remote : new GuardedSigner(keys, this::requireGuard);
        this.opening = keys instanceof BlockSigner || !off.isEmpty()
                ? Optional.empty()
                : Optional.of(new RoomStarter("making blocks", this::openGuard, pause));
    }

    /**
     * Opens the guard, under the node's lease, now or as soon as it can be. A signer process has its own.
     *
     * @param held whether the node's lease is certainly still this node's
     * @param pause between two tries
     */
    static MiningRoom open(
            NodeHome home,
            NodeSettings settings,
            FullNode chain,
            StateStore store,
            Signer keys,
            BooleanSupplier held,
            MeterRegistry registry,
            Duration pause) {
        var room = new MiningRoom(home, settings, chain, store, keys, held, registry, pause);
        try {
            room.opening.ifPresent(RoomStarter::start);
        } catch (RuntimeException | Error e) {
            // Its starter may have taken the guard, which nobody else would give back.
            room.close();
            throw e;
        }
        return room;
    }

    /** One try; what a failed one had taken is given back when it ends. */
    private void openGuard() {
        if (guard().isEmpty()) {
            var mining = settings.config().mining();
            takeLease(known.require(() -> MiningLease.wasTaken(store, settings.miner())));
            MiningLease own = () -> lease.get().token();
            keep(GuardRoom.open(mining, settings.miner(), settings.facts().genesis(), own, registry));
        }
        guard().ifPresent(open -> known.remember(open.status()));
    }

    private void takeLease(String guard) {
        lease.set(GuardRoom.lease(store, settings.miner(), guard, held));
        leasedTo = guard;
    }

    /** By the operator's word the guard gets a new name, under which it mines from then on: it may be a copy of another one. */
    private ObjectNode change(SlashGuard open, String what, JsonNode body) {
        if (!GuardDesk.endsDoubt(what)) {
            var done = GuardDesk.change(open, what, body);
            known.remember(open.status());
            return done;
        }
        synchronized (changing) {
            boolean own = known.isOwn();
            try {
                var done = known.underNewName(open, () -> GuardDesk.change(open, what, body));
                own = true;
                return done;
            } finally {
                if (own) {
                    settle();
                }
            }
        }
    }

    /**
     * Has the node go on under the name that the guard's folder has now, also where the work failed half done and the guard heals:
     * under the old one it would mine until its next start, which would find another guard than its own. What fails is tried again.
     */
    private void settle() {
        settling.ifPresent(RoomStarter::close);
        var next = new RoomStarter("making blocks under the slash guard's new name", this::takeNameOver, pause);
        settling = Optional.of(next);
        next.start();
    }

    private void takeNameOver() {
        var name = known.adopt();
        if (!name.equals(leasedTo)) {
            lease.set(OptionalLong::empty);
            takeLease(name);
        }
    }

    private void keep(SlashGuard opened) {
        synchronized (this) {
            if (!closed) {
                guard = Optional.of(opened);
                return;
            }
        }
        opened.close();
    }

    private synchronized Optional<SlashGuard> guard() {
        return guard;
    }

    private SlashGuard requireGuard(Address miner) {
        return guard().filter(open -> miner.equals(settings.miner()))
                .orElseThrow(() -> new AditException(
                        SlashErrorCode.SLASH_GUARD_AWAY, "the slash guard of " + miner + " is not open: " + why()));
    }

    /** Why there is no guard, in words. */
    private String why() {
        return opening.flatMap(RoomStarter::problem).orElse(off);
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
        var notOpen = opening.flatMap(RoomStarter::problem).or(() -> settling.flatMap(RoomStarter::problem));
        if (notOpen.isPresent()) {
            return Optional.of("no blocks are made: " + notOpen.get());
        }
        if (settings.config().chain().development()) {
            // Its clock is not this machine's, and it is not always wanted that blocks are made there.
            return Optional.empty();
        }
        return producer.flatMap(running -> running.status().paused()).map(why -> "no blocks are made: " + why);
    }

    MiningRoutes routes() {
        return new MiningRoutes(() -> producer, this::guard, this::change, this::why);
    }

    @Override
    public void close() {
        opening.ifPresent(RoomStarter::close);
        settling.ifPresent(RoomStarter::close);
        producer.ifPresent(BlockProducer::close);
        Optional<SlashGuard> open;
        synchronized (this) {
            closed = true;
            open = guard;
        }
        open.ifPresent(MiningRoom::closeWithoutHanging);
    }

    /** It waits for whoever has it, and that may hang in a disk: a node that has lost its lease must end all the same. */
    private static void closeWithoutHanging(SlashGuard open) {
        var ending = Thread.ofPlatform().daemon().name("slash-guard-close").start(open::close);
        try {
            if (!ending.join(GUARD_PATIENCE)) {
                LOG.warn(
                        "The slash guard is not closed after {}: something hangs in it, and is left behind",
                        GUARD_PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
