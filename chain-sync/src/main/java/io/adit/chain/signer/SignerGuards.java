package io.adit.chain.signer;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.core.slash.FileGuardAnchor;
import io.adit.core.slash.GuardSettings;
import io.adit.core.slash.MachineMark;
import io.adit.core.slash.MiningLease;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.slash.SlashGuard;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slash guards of the miners that a signer signs blocks for. One that cannot be opened costs its miner's blocks and nothing
 * else: it is tried again and again, and messages are signed meanwhile.
 */
final class SignerGuards implements GuardedSigner.Guards, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SignerGuards.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /** How long a start waits for a disk that hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final SignerPolicy.Blocks blocks;
    private final InstantSource clock;
    private final MeterRegistry registry;
    private final Map<Address, Slot> slots = new TreeMap<>();

    /** Opens each, now or as soon as it can be; waits a little for the first tries. */
    SignerGuards(SignerPolicy policy, InstantSource clock, MeterRegistry registry) {
        this.blocks = policy.blocks();
        this.clock = clock;
        this.registry = registry;
        policy.blockMiners().forEach(miner -> slots.put(miner, new Slot(miner)));
        slots.values().forEach(Slot::start);
        long until = System.nanoTime() + PATIENCE.toNanos();
        slots.values().forEach(slot -> slot.awaitFirstTry(until));
    }

    /**
     * Opens the guard that a policy names for a miner.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_HELD_ELSEWHERE} while a signer runs, {@link
     *     SlashErrorCode#SLASH_LOG_UNWRITABLE}; {@link SignerRefusedException} for another miner
     */
    static SlashGuard open(SignerPolicy policy, Address miner, InstantSource clock, MeterRegistry registry) {
        if (!policy.blockMiners().contains(miner)) {
            throw refused(policy.blockMiners().toString(), miner);
        }
        return open(policy.blocks(), miner, clock, registry);
    }

    private static SlashGuard open(
            SignerPolicy.Blocks blocks, Address miner, InstantSource clock, MeterRegistry registry) {
        String name = "anchor-" + miner.id().orElseThrow();
        var settings = new GuardSettings(
                miner,
                Cid.parse(blocks.genesis()),
                blocks.guard(),
                new FileGuardAnchor(blocks.anchor().resolve(name)),
                MachineMark.ofSystem(),
                MiningLease.NONE,
                blocks.waitAfterMove());
        return SlashGuard.open(settings, clock, new SecureRandom(), registry);
    }

    private static SignerRefusedException refused(String allowed, Address miner) {
        return new SignerRefusedException("blocks.miners", allowed, miner.toString());
    }

    @Override
    public SlashGuard of(Address miner) {
        var slot = slots.get(miner);
        if (slot == null) {
            throw refused(slots.keySet().toString(), miner);
        }
        return slot.guard();
    }

    /** Those that are open. */
    Map<Address, SlashGuard> opened() {
        var opened = new HashMap<Address, SlashGuard>();
        slots.values().forEach(slot -> slot.opened().ifPresent(guard -> opened.put(slot.miner, guard)));
        return opened;
    }

    @Override
    public void close() {
        slots.values().forEach(Slot::close);
    }

    /** One miner's place. */
    private final class Slot {
        private final Address miner;
        private final CountDownLatch tried = new CountDownLatch(1);
        private final CountDownLatch closing = new CountDownLatch(1);
        private Optional<SlashGuard> guard = Optional.empty();
        private String why = "it is not opened yet";

        Slot(Address miner) {
            this.miner = miner;
        }

        synchronized Optional<SlashGuard> opened() {
            return guard;
        }

        synchronized SlashGuard guard() {
            return guard.orElseThrow(() -> new AditException(
                    SlashErrorCode.SLASH_GUARD_AWAY, "the slash guard of " + miner + " is not open: " + why));
        }

        /** On a thread of its own: a disk may hang. */
        void start() {
            Thread.ofPlatform().daemon().name("slash-guard-" + miner).start(this::openOnce);
        }

        void awaitFirstTry(long until) {
            try {
                if (!tried.await(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.error("No block of {} is signed, all else is: its slash guard's disk does not answer", miner);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void openOnce() {
            try {
                do {
                    try {
                        keep(open(blocks, miner, clock, registry));
                        return;
                    } catch (RuntimeException | Error e) {
                        note(e);
                    } finally {
                        tried.countDown();
                    }
                } while (!closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void keep(SlashGuard opened) {
            synchronized (this) {
                if (closing.getCount() > 0) {
                    guard = Optional.of(opened);
                    return;
                }
            }
            opened.close();
        }

        private synchronized void note(Throwable e) {
            var now = e instanceof AditException known ? String.valueOf(known.getMessage()) : e.toString();
            if (!now.equals(why)) {
                LOG.error("No block of {} is signed, all else is; tried again every {}: {}", miner, PAUSE, now, e);
            }
            why = now;
        }

        void close() {
            Optional<SlashGuard> open;
            synchronized (this) {
                closing.countDown();
                open = guard;
                guard = Optional.empty();
                why = "the signer ends";
            }
            open.ifPresent(SlashGuard::close);
        }
    }
}
