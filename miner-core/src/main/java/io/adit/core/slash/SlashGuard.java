package io.adit.core.slash;

import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Epoch;
import io.adit.core.task.CrashPoints;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way to a block signature: {@link #permit} before each.
 *
 * <p>Open it, tell it what the chain shows with {@link #resume}, then ask. A miner that is new begins with {@link #begin};
 * one whose log is in {@linkplain Doubt doubt} goes on after {@link #acceptEpoch} or {@link #importFile}. Both give the log
 * a new identity, so that another copy with the same anchor stops. Thread-safe; one per miner and process.
 */
public final class SlashGuard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlashGuard.class);
    /** A block may be made one epoch ahead of the clock, and is signed before its time comes. */
    private static final long AHEAD = 1;
    /** A mistyped epoch would keep the miner from mining until the chain is there. */
    private static final long MAX_STATED_AHEAD = 2880;
    /** A week. Faults can be reported for 900 epochs. */
    private static final long KEPT_EPOCHS = 7 * 2880;

    private static final long COMPACT_ABOVE = 4 << 20;

    private final GuardSettings settings;
    private final InstantSource clock;
    private final SecureRandom random;
    private final MeterRegistry registry;
    private final GuardLock lock;
    private final SigningHistory history = new SigningHistory();
    private final Set<Doubt> doubts = EnumSet.of(Doubt.CHAIN_NOT_SEEN);

    private @Nullable GuardLog log;
    private byte[] identity = new byte[0];
    private Optional<GuardRecord.Session> session = Optional.empty();
    private Optional<String> writtenInto = Optional.empty();
    private OptionalLong resumedUnder = OptionalLong.empty();
    private long lastNow = SigningHistory.NO_FLOOR;
    private long anchored = SigningHistory.NO_FLOOR;
    private long foreign = SigningHistory.NO_FLOOR;
    private boolean torn;
    private boolean touched;
    private boolean failed;
    private String detail = "";

    private SlashGuard(
            GuardSettings settings, InstantSource clock, SecureRandom random, MeterRegistry registry, GuardLock lock) {
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.registry = registry;
        this.lock = lock;
    }

    /**
     * Takes the fence and reads the log, whatever its state.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_HELD_ELSEWHERE} or {@link SlashErrorCode#SLASH_LOG_UNWRITABLE}
     */
    public static SlashGuard open(
            GuardSettings settings, InstantSource clock, SecureRandom random, MeterRegistry registry) {
        try {
            var lock = GuardLock.take(settings.lock(), settings.mark(), clock);
            var guard = new SlashGuard(settings, clock, random, registry, lock);
            try {
                guard.load();
                return guard;
            } catch (IOException | RuntimeException | Error e) {
                // Also where memory is short: a lock that nobody can give back would keep the next try out.
                guard.close();
                throw e;
            }
        } catch (IOException e) {
            throw unwritable("opening the slash guard in " + settings.directory(), e);
        }
    }

    private void load() throws IOException {
        var mark = settings.anchor().read();
        mark.ifPresent(known -> anchored = known.highWater());
        if (!DurableFiles.isThere(settings.log())) {
            doubts.add(Doubt.LOG_MISSING);
            return;
        }
        touched = mark.isEmpty() || !mark.get().tellsOf(settings.log());
        var content = GuardLog.read(settings.log());
        torn = content.torn();
        content.records().forEach(this::take);
        String damage = content.damage().isEmpty() ? settings.strangeHead(content.records()) : content.damage();
        if (!damage.isEmpty()) {
            doubts.add(Doubt.LOG_DAMAGED);
            detail = settings.log() + ": " + damage;
            return;
        }
        log = GuardLog.open(settings.log(), content);
        doubtOf(mark).ifPresent(doubts::add);
        var file = LogFile.name(settings.log());
        if (writtenInto.isPresent() && !writtenInto.equals(file)) {
            doubts.add(Doubt.LOG_COPIED);
        }
        if (!doubts.equals(EnumSet.of(Doubt.CHAIN_NOT_SEEN))) {
            return;
        }
        if (log.size() > COMPACT_ABOVE || !writtenInto.equals(file)) {
            rewrite("older blocks were dropped");
        }
    }

    private void take(GuardRecord record) {
        switch (record) {
            case GuardRecord.Head head -> identity = head.identity().identity();
            case GuardRecord.Signed signed -> history.add(signed.block());
            case GuardRecord.Floor floor -> history.raiseFloor(floor.epoch());
            case GuardRecord.Session begun -> session = Optional.of(begun);
            case GuardRecord.Place place -> writtenInto = Optional.of(place.file());
        }
    }

    /**
     * Starts the log of a miner that has never signed a block with any program.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_IN_DOUBT} if there is a log, an anchor, or a block on the chain
     */
    public synchronized void begin() {
        boolean fresh = doubts.contains(Doubt.LOG_MISSING)
                && !doubts.contains(Doubt.UNKNOWN_OWN_BLOCK)
                && anchored == SigningHistory.NO_FLOOR;
        if (!fresh) {
            throw inDoubtOf("starting a new log for " + settings.miner(), "this miner has a history");
        }
        renew("begun");
    }

    /**
     * Tells the guard what the chain shows, after opening it and again whenever the lease comes back. Until then nothing is
     * permitted. Under another machine mark or lease token than the last time, after a record was cut off, or when the log
     * was written into since the anchor was, the floor rises to the next epoch. With another token, unknown blocks up to
     * there are those of the node that had the lease meanwhile.
     *
     * @param now the later of the head's epoch and the epoch that the clock gives
     * @param ownBlocks this miner's blocks of the last 900 epochs of the chain
     * @throws AditException {@link SlashErrorCode#SLASH_LEASE_LOST}, {@link SlashErrorCode#SLASH_LOG_UNWRITABLE}
     */
    public synchronized void resume(Epoch now, Collection<ProtectedBlock> ownBlocks) {
        requireWorking();
        long token = settings.lease().token().orElseThrow(() -> leaseLost("it does not hold the lease"));
        lastNow = Math.max(lastNow, now.value());
        if (settings.waitAfterMove() && isAnother(token)) {
            history.raiseFloor(lastNow + AHEAD);
        }
        ownBlocks.forEach(this::observe);
        resumedUnder = OptionalLong.of(token);
        doubts.remove(Doubt.CHAIN_NOT_SEEN);
        if (doubts.isEmpty()) {
            beginSession(new GuardRecord.Session(settings.mark(), token));
        }
    }

    /** A log that was never resumed was made for a miner that had no other node, or under the first token. */
    private boolean isAnother(long token) {
        return token != session.map(GuardRecord.Session::leaseToken).orElse(0L);
    }

    private void beginSession(GuardRecord.Session next) {
        boolean moved = isAnother(next.leaseToken()) || !session.orElse(next).equals(next);
        if (settings.waitAfterMove() && (moved || torn || touched)) {
            long floor = lastNow + AHEAD;
            String why = torn
                    ? "the last record was not finished"
                    : moved
                            ? session.map(last -> "it last ran as " + last).orElse("another node had the lease before")
                            : "something wrote into its log, or ended the process between log and anchor";
            LOG.warn("The slash guard of {} waits for parents above epoch {}: {}", settings.miner(), floor, why);
            append(new GuardRecord.Floor(floor, torn ? "unfinished record" : moved ? "moved" : "touched"));
            history.raiseFloor(floor);
        }
        torn = false;
        touched = false;
        if (!session.equals(Optional.of(next))) {
            append(next);
            session = Optional.of(next);
        }
        sync();
    }

    /** Tells the guard of a block of this miner that stands on the chain. One that it does not know puts it in doubt. */
    public synchronized void observe(ProtectedBlock onChain) {
        if (history.accountsFor(onChain)) {
            return;
        }
        foreign = Math.max(foreign, onChain.epoch().value());
        if (doubts.add(Doubt.UNKNOWN_OWN_BLOCK)) {
            detail = "block at epoch " + onChain.epoch() + ", unsigned CID " + onChain.block();
            LOG.error("The slash guard of {} stops: {} ({})", settings.miner(), Doubt.UNKNOWN_OWN_BLOCK, detail);
        }
    }

    /**
     * Gives the leave to sign a block, once it is in the log on disk.
     *
     * @throws BlockRefusedException if it would be, or could be, a consensus fault
     * @throws AditException {@link SlashErrorCode#SLASH_IN_DOUBT}, {@link SlashErrorCode#SLASH_LEASE_LOST} or {@link
     *     SlashErrorCode#SLASH_LOG_UNWRITABLE}
     */
    public synchronized Permit permit(BlockIntent intent) {
        requireWorking();
        if (!intent.miner().equals(settings.miner())) {
            throw new InvalidValueException(
                    "miner of a block", intent.miner(), settings.miner().toString());
        }
        if (!doubts.isEmpty()) {
            count("in_doubt");
            throw inDoubt("signing a block of %s at epoch %s".formatted(intent.miner(), intent.epoch()));
        }
        long token = requireLease();
        var block = intent.protection();
        if (history.contains(block)) {
            count("again");
            return new Permit(block, true);
        }
        history.check(intent).ifPresent(refusal -> {
            count(refusal.rule().name().toLowerCase(Locale.ROOT));
            var refused = new BlockRefusedException(intent, refusal);
            LOG.warn("{}", refused.getMessage());
            throw refused;
        });
        requireOwnAnchor();
        append(new GuardRecord.Signed(block, token));
        history.add(block);
        CrashPoints.reach("slash.appended");
        sync();
        count("permitted");
        return new Permit(block, false);
    }

    /**
     * Takes the operator's word that up to this epoch other copies may have signed, that none runs any more, and that
     * everything after it is in this log or was never signed.
     *
     * @param stated taken no lower than what the log, the anchor and the chain show
     * @throws InvalidValueException if the epoch is more than a day ahead of the chain
     */
    public synchronized void acceptEpoch(Epoch stated) {
        requireWorking();
        if (stated.value() < 0 || (lastNow >= 0 && stated.value() > lastNow + MAX_STATED_AHEAD)) {
            throw new InvalidValueException(
                    "last epoch that may be signed", stated, "0 to the chain's epoch and " + MAX_STATED_AHEAD);
        }
        history.raiseFloor(stated.value());
        renew("the operator stated epoch " + stated);
    }

    /**
     * Takes a protection file in: its blocks join those of the log, its floor raises the log's. Nothing is ever taken away.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_FILE_MALFORMED} if it is for another network or miner
     */
    public synchronized ImportReport importFile(ProtectionFile file) {
        requireWorking();
        var part = file.partFor(settings.miner(), settings.genesis());
        int before = history.size();
        part.blocks().forEach(history::add);
        history.raiseFloor(part.signedUpTo());
        renew("a protection file was imported");
        var report = new ImportReport(history.size() - before, new Epoch(history.floor()), history.conflicts());
        LOG.info("Imported a protection file for {}: {}", settings.miner(), report);
        return report;
    }

    /** Everything that is known: the blocks of the last days, and the floor. */
    public synchronized ProtectionFile exportComplete() {
        requireLog("exporting");
        return ProtectionFile.of(settings.genesis(), settings.miner(), history.floor(), history.blocks());
    }

    /** The high-water mark only. Whoever imports it signs nothing on parents at or below it. */
    public synchronized ProtectionFile exportMinimal() {
        requireLog("exporting");
        return ProtectionFile.of(settings.genesis(), settings.miner(), history.highWater(), List.of());
    }

    /** How it stands. */
    public synchronized GuardStatus status() {
        return new GuardStatus(
                settings.miner(),
                worst(),
                detail,
                new Epoch(history.highWater()),
                new Epoch(history.floor()),
                history.size(),
                history.conflicts());
    }

    /** Ends the doubt: a new identity, and no floor below what anchor and chain have shown. */
    private void renew(String reason) {
        if (anchored > history.highWater()) {
            history.raiseFloor(anchored);
        }
        if (doubts.contains(Doubt.UNKNOWN_OWN_BLOCK)) {
            history.raiseFloor(foreign);
        }
        boolean resumed = resumedUnder.isPresent();
        try {
            if (doubts.contains(Doubt.LOG_DAMAGED)) {
                Files.copy(
                        settings.log(),
                        settings.log().resolveSibling(settings.log().getFileName() + ".damaged-" + clock.millis()));
            }
            identity = new byte[GuardAnchor.Mark.IDENTITY_LENGTH];
            random.nextBytes(identity);
            session = resumed
                    ? Optional.of(new GuardRecord.Session(settings.mark(), resumedUnder.getAsLong()))
                    : Optional.empty();
            rewrite(reason);
            CrashPoints.reach("slash.rewritten");
            anchor();
        } catch (IOException e) {
            failed = true;
            throw unwritable("writing the slash guard's log " + settings.log(), e);
        }
        torn = false;
        touched = false;
        foreign = SigningHistory.NO_FLOOR;
        detail = "";
        doubts.clear();
        if (!resumed) {
            doubts.add(Doubt.CHAIN_NOT_SEEN);
        }
        LOG.info("The slash guard of {} has a new log ({}), floor {}", settings.miner(), reason, history.floor());
    }

    /** Writes the log anew, without the blocks that are too old to be reported. */
    private void rewrite(String reason) throws IOException {
        var kept = history.dropUntil(history.highWater() - KEPT_EPOCHS);
        var records = new ArrayList<GuardRecord>();
        records.add(new GuardRecord.Head(
                settings.miner(), settings.genesis(), new GuardAnchor.Mark(identity, SigningHistory.NO_FLOOR)));
        if (history.floor() != SigningHistory.NO_FLOOR) {
            records.add(new GuardRecord.Floor(history.floor(), reason));
        }
        kept.forEach(block -> records.add(new GuardRecord.Signed(block, resumedUnder.orElse(0))));
        session.ifPresent(records::add);
        var before = log;
        log = GuardLog.rewrite(settings.log(), records);
        if (before != null) {
            before.close();
        }
    }

    private void append(GuardRecord record) {
        try {
            openLog().append(record);
        } catch (IOException e) {
            failed = true;
            throw unwritable("appending to the slash guard's log " + settings.log(), e);
        }
    }

    /** The log first, then the anchor: the anchor never says more than the log holds. */
    private void sync() {
        try {
            openLog().sync();
            CrashPoints.reach("slash.synced");
            anchor();
            CrashPoints.reach("slash.anchored");
        } catch (IOException e) {
            failed = true;
            throw unwritable("syncing the slash guard's log " + settings.log() + " and its anchor", e);
        }
    }

    /** Another copy that shares the anchor shows itself there before it is too late. */
    private void requireOwnAnchor() {
        try {
            doubtOf(settings.anchor().read()).ifPresent(doubt -> {
                doubts.add(doubt);
                throw inDoubt("signing a block of " + settings.miner());
            });
        } catch (IOException e) {
            throw unwritable("reading the slash guard's anchor", e);
        }
    }

    private Optional<Doubt> doubtOf(Optional<GuardAnchor.Mark> mark) {
        if (mark.isEmpty()) {
            return Optional.of(Doubt.ANCHOR_MISSING);
        }
        anchored = Math.max(anchored, mark.get().highWater());
        if (!Arrays.equals(mark.get().identity(), identity)) {
            return Optional.of(Doubt.ANCHOR_FOREIGN);
        }
        if (mark.get().highWater() <= history.highWater()) {
            return Optional.empty();
        }
        detail = "the anchor says epoch %d, the log %d".formatted(mark.get().highWater(), history.highWater());
        return Optional.of(Doubt.LOG_BEHIND_ANCHOR);
    }

    private void anchor() throws IOException {
        settings.anchor().write(new GuardAnchor.Mark(identity, history.highWater(), LogFile.state(settings.log())));
        anchored = history.highWater();
    }

    private GuardLog openLog() {
        if (log == null) {
            throw new IllegalStateException("the slash guard has no doubt and no log");
        }
        return log;
    }

    private long requireLease() {
        long token = settings.lease().token().orElseThrow(() -> leaseLost("it does not hold the lease"));
        if (token != resumedUnder.orElse(-1)) {
            throw leaseLost("the lease has token " + token + ", the guard resumed under " + resumedUnder.orElse(-1));
        }
        return token;
    }

    private void requireWorking() {
        if (failed) {
            throw new AditException(
                    SlashErrorCode.SLASH_LOG_UNWRITABLE,
                    "using the slash guard of " + settings.miner()
                            + ": an earlier write failed, so what is on the disk is not known; restart");
        }
    }

    private void requireLog(String doing) {
        var others = EnumSet.copyOf(doubts);
        others.remove(Doubt.CHAIN_NOT_SEEN);
        if (!others.isEmpty()) {
            throw inDoubt(doing + " the slash guard of " + settings.miner());
        }
    }

    private Optional<Doubt> worst() {
        return doubts.stream()
                .filter(doubt -> doubt != Doubt.CHAIN_NOT_SEEN)
                .findFirst()
                .or(() -> doubts.stream().findFirst());
    }

    private void count(String outcome) {
        registry.counter("adit_slash_guard_requests", "outcome", outcome).increment();
    }

    private AditException inDoubt(String doing) {
        var doubt = worst().orElseThrow();
        return doubt == Doubt.CHAIN_NOT_SEEN
                ? new AditException(
                        SlashErrorCode.SLASH_IN_DOUBT, doing + ": " + doubt.sentence() + "; resume the guard first")
                : inDoubtOf(doing, doubt.sentence());
    }

    private AditException inDoubtOf(String doing, String why) {
        return new AditException(
                SlashErrorCode.SLASH_IN_DOUBT,
                doing + ": " + why + (detail.isEmpty() ? "" : " (" + detail + ")")
                        + "; import the last signer's protection file or state the last epoch that may be signed");
    }

    private AditException leaseLost(String why) {
        count("no_lease");
        return new AditException(
                SlashErrorCode.SLASH_LEASE_LOST, "mining for " + settings.miner() + " with this node: " + why);
    }

    private static AditException unwritable(String doing, IOException e) {
        return new AditException(SlashErrorCode.SLASH_LOG_UNWRITABLE, doing + ": " + e.getMessage(), e);
    }

    @Override
    public synchronized void close() {
        failed = true;
        try (lock;
                var closing = log) {
            LOG.debug("Closing the slash guard of {} ({})", settings.miner(), closing == null ? "no log" : "log");
        } catch (IOException e) {
            LOG.warn("Closing the slash guard of {}: {}", settings.miner(), e.getMessage());
        }
    }
}
