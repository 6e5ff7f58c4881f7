package io.adit.core.slash;

import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.task.CrashPoints;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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
    /** A week. Faults can be reported for 900 epochs. */
    private static final long KEPT_EPOCHS = 7 * 2880;

    private static final long COMPACT_ABOVE = 4 << 20;

    private final GuardSettings settings;
    private final InstantSource clock;
    private final SecureRandom random;
    private final MeterRegistry registry;
    private final WriteTrouble trouble;
    private final SigningHistory history = new SigningHistory();
    private final Doubts doubts = new Doubts();
    private final LogMemory memory;
    private final ChainEpoch chain = new ChainEpoch();
    private final Set<ProtectedBlock> foreign = new HashSet<>();

    private GuardFiles files;
    private OptionalLong resumedUnder = OptionalLong.empty();
    private long anchored = SigningHistory.NO_FLOOR;
    private boolean torn;
    private boolean touched;
    private boolean begun;

    private SlashGuard(
            GuardSettings settings,
            InstantSource clock,
            SecureRandom random,
            MeterRegistry registry,
            GuardFiles files) {
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        this.registry = registry;
        this.files = files;
        this.trouble = new WriteTrouble(settings, clock, doubts);
        this.memory = new LogMemory(settings);
    }

    /**
     * Takes the fence and reads the log, whatever its state.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_HELD_ELSEWHERE} or {@link SlashErrorCode#SLASH_LOG_UNWRITABLE}
     */
    public static SlashGuard open(
            GuardSettings settings, InstantSource clock, SecureRandom random, MeterRegistry registry) {
        try {
            var guard = new SlashGuard(settings, clock, random, registry, GuardFiles.take(settings, clock));
            try {
                guard.load();
                return guard;
            } catch (IOException | RuntimeException | Error e) {
                // Also where memory is short: a lock that nobody can give back would keep the next try out.
                guard.close();
                throw e;
            }
        } catch (IOException e) {
            throw WriteTrouble.unwritable("opening the slash guard in " + settings.directory(), e);
        }
    }

    /** Whether a folder holds a miner's log; makes nothing there. */
    public static boolean isBegun(Path directory, Address miner) throws IOException {
        return DurableFiles.isThere(GuardSettings.log(directory, miner));
    }

    private void load() throws IOException {
        var mark = files.mark();
        mark.ifPresent(known -> anchored = Math.max(anchored, known.highWater()));
        if (!DurableFiles.isThere(settings.log())) {
            doubts.add(Doubt.LOG_MISSING);
            return;
        }
        touched = mark.isEmpty() || !mark.get().tellsOf(settings.log());
        var content = GuardLog.read(settings.log());
        torn = content.torn();
        content.records().forEach(record -> memory.take(record, history));
        // The chain may have been seen before the disk was there.
        foreign.removeIf(history::accountsFor);
        if (foreign.isEmpty()) {
            doubts.remove(Doubt.UNKNOWN_OWN_BLOCK);
        }
        String damage = content.damage().isEmpty() ? settings.strangeHead(content.records()) : content.damage();
        if (!damage.isEmpty()) {
            doubts.add(Doubt.LOG_DAMAGED, settings.log() + ": " + damage);
            return;
        }
        files.open(content);
        doubtOf(mark).ifPresent(doubts::add);
        var file = LogFile.name(settings.log());
        var writtenInto = memory.writtenInto();
        if (writtenInto.isPresent() && !writtenInto.equals(file)) {
            doubts.add(Doubt.LOG_COPIED);
        }
        begun |= doubts.areOfFilesNone();
        if (doubts.areOfFilesNone() && (files.log().size() > COMPACT_ABOVE || !writtenInto.equals(file))) {
            rewrite("older blocks were dropped");
        }
    }

    /**
     * Starts the log of a miner that has never signed a block with any program.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_IN_DOUBT} if there is a log, an anchor, or a block on the chain
     */
    public synchronized void begin() {
        requireWorking();
        boolean fresh = doubts.has(Doubt.LOG_MISSING)
                && !doubts.has(Doubt.UNKNOWN_OWN_BLOCK)
                && anchored == SigningHistory.NO_FLOOR;
        if (!fresh) {
            throw doubts.refusal("starting a new log for " + settings.miner(), "this miner has a history");
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
        chain.isAt(now);
        if (settings.waitAfterMove() && isAnother(token)) {
            history.raiseFloor(chain.epoch() + AHEAD);
        }
        ownBlocks.forEach(this::observe);
        if (doubts.areOfFilesNone()) {
            beginSession(new GuardRecord.Session(settings.mark(), token));
        }
        resumedUnder = OptionalLong.of(token);
        doubts.remove(Doubt.CHAIN_NOT_SEEN);
    }

    /** A log that was never resumed was made for a miner that had no other node, or under the first token. */
    private boolean isAnother(long token) {
        return token != memory.session().map(GuardRecord.Session::leaseToken).orElse(0L);
    }

    private void beginSession(GuardRecord.Session next) {
        var session = memory.session();
        boolean moved = isAnother(next.leaseToken()) || !session.orElse(next).equals(next);
        if (settings.waitAfterMove() && (moved || torn || touched)) {
            long floor = chain.epoch() + AHEAD;
            String why = torn
                    ? "the last record was not finished"
                    : moved
                            ? session.map(last -> "it last ran as " + last).orElse("another node had the lease before")
                            : "something wrote into its log, or ended the process between log and anchor";
            LOG.warn("The slash guard of {} waits for parents above epoch {}: {}", settings.miner(), floor, why);
            String kind = torn ? "unfinished record" : moved ? "moved" : "touched";
            trouble.write("appending to", () -> files.log().append(new GuardRecord.Floor(floor, kind)));
            history.raiseFloor(floor);
        }
        torn = false;
        touched = false;
        if (!session.equals(Optional.of(next))) {
            trouble.write("appending to", () -> files.log().append(next));
            memory.session(Optional.of(next));
        }
        trouble.write("syncing", this::sync);
    }

    /** Tells a guard that is not resumed, since its node does not run, the later of the head's epoch and the clock's. */
    public synchronized void isNow(Epoch now) {
        chain.isAt(now);
    }

    /** Tells the guard of a block of this miner that stands on the chain. One that it does not know puts it in doubt. */
    public synchronized void observe(ProtectedBlock onChain) {
        if (history.accountsFor(onChain)) {
            return;
        }
        foreign.add(onChain);
        if (!doubts.has(Doubt.UNKNOWN_OWN_BLOCK)) {
            String which = "block at epoch " + onChain.epoch() + ", unsigned CID " + onChain.block();
            doubts.add(Doubt.UNKNOWN_OWN_BLOCK, which);
            LOG.error("The slash guard of {} stops: {} ({})", settings.miner(), Doubt.UNKNOWN_OWN_BLOCK, which);
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
        if (!doubts.isNone()) {
            count("in_doubt");
            throw doubts.refusal("signing a block of %s at epoch %s".formatted(intent.miner(), intent.epoch()));
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
        trouble.write("writing a block into", () -> {
            // Before it is written: where that fails nobody knows how much of it is on the disk.
            history.add(block);
            files.log().append(new GuardRecord.Signed(block, token));
            CrashPoints.reach("slash.appended");
            sync();
        });
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
        requireUsable();
        chain.requireStated(stated);
        history.raiseFloor(stated.value());
        renew("the operator stated epoch " + stated);
    }

    /**
     * Takes a protection file in: its blocks join those of the log, its floor raises the log's. Nothing is ever taken away.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_FILE_MALFORMED} if it is for another network or miner;
     *     {@link InvalidValueException} if it holds an epoch more than a day ahead of the chain
     */
    public synchronized ImportReport importFile(ProtectionFile file) {
        requireUsable();
        var part = file.partFor(settings.miner(), settings.genesis());
        chain.requireNear(part);
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
        requireWorking();
        requireLog("exporting");
        return ProtectionFile.of(settings.genesis(), settings.miner(), history.floor(), history.blocks());
    }

    /** The high-water mark only. Whoever imports it signs nothing on parents at or below it. */
    public synchronized ProtectionFile exportMinimal() {
        requireWorking();
        requireLog("exporting");
        return ProtectionFile.of(settings.genesis(), settings.miner(), history.highWater(), List.of());
    }

    /** How it stands; after a failed write it looks for whether it can go on. */
    public synchronized GuardStatus status() {
        try {
            readAgainIfNeeded();
        } catch (AditException e) {
            LOG.debug("The slash guard of {} cannot go on yet: {}", settings.miner(), e.getMessage());
        }
        return new GuardStatus(
                settings.miner(),
                doubts.worst().or(this::doubtOfLease),
                doubts.detail(),
                new Epoch(history.highWater()),
                new Epoch(history.floor()),
                history.size(),
                history.conflicts());
    }

    /** Under another token it must see the chain again, which whoever asks should learn before a block is won. */
    private Optional<Doubt> doubtOfLease() {
        var token = settings.lease().token();
        return token.isPresent() && !token.equals(resumedUnder) ? Optional.of(Doubt.CHAIN_NOT_SEEN) : Optional.empty();
    }

    /** Ends the doubt: a new identity, and no floor below what anchor and chain have shown. */
    private void renew(String reason) {
        if (anchored > history.highWater()) {
            history.raiseFloor(anchored);
        }
        foreign.forEach(block -> history.raiseFloor(block.epoch().value()));
        boolean resumed = resumedUnder.isPresent();
        trouble.write("rewriting", () -> {
            if (doubts.has(Doubt.LOG_DAMAGED)) {
                files.keepAside(clock.millis());
            }
            memory.renewIdentity(random);
            memory.session(
                    resumed
                            ? Optional.of(new GuardRecord.Session(settings.mark(), resumedUnder.getAsLong()))
                            : Optional.empty());
            rewrite(reason);
            CrashPoints.reach("slash.rewritten");
            anchor();
        });
        torn = false;
        touched = false;
        begun = true;
        foreign.clear();
        doubts.retain(Set.of());
        if (!resumed) {
            doubts.add(Doubt.CHAIN_NOT_SEEN);
        }
        LOG.info("The slash guard of {} has a new log ({}), floor {}", settings.miner(), reason, history.floor());
    }

    /** Writes the log anew, without the blocks that are too old to be reported. */
    private void rewrite(String reason) throws IOException {
        var kept = history.dropUntil(history.highWater() - KEPT_EPOCHS);
        files.rewrite(memory.records(kept, history.floor(), reason, resumedUnder.orElse(0)));
    }

    /** The log first, then the anchor: the anchor never says more than the log holds. */
    private void sync() throws IOException {
        files.log().sync();
        CrashPoints.reach("slash.synced");
        anchor();
        CrashPoints.reach("slash.anchored");
    }

    /** Another copy that shares the anchor shows itself there before it is too late. */
    private void requireOwnAnchor() {
        trouble.write("looking at", files::requireThere);
        try {
            doubtOf(files.mark()).ifPresent(doubt -> {
                doubts.add(doubt);
                throw doubts.refusal("signing a block of " + settings.miner());
            });
        } catch (IOException e) {
            throw WriteTrouble.unwritable("reading the slash guard's anchor", e);
        }
    }

    private Optional<Doubt> doubtOf(Optional<GuardAnchor.Mark> mark) {
        if (mark.isEmpty()) {
            return Optional.of(Doubt.ANCHOR_MISSING);
        }
        anchored = Math.max(anchored, mark.get().highWater());
        if (!memory.isOf(mark.get())) {
            return Optional.of(Doubt.ANCHOR_FOREIGN);
        }
        if (mark.get().highWater() <= history.highWater()) {
            return Optional.empty();
        }
        doubts.add(
                Doubt.LOG_BEHIND_ANCHOR,
                "the anchor says epoch %d, the log %d".formatted(mark.get().highWater(), history.highWater()));
        return Optional.of(Doubt.LOG_BEHIND_ANCHOR);
    }

    private void anchor() throws IOException {
        files.anchor(memory.identity(), history.highWater());
        anchored = history.highWater();
    }

    private long requireLease() {
        long token = settings.lease().token().orElseThrow(() -> leaseLost("it does not hold the lease"));
        if (token != resumedUnder.orElse(-1)) {
            throw leaseLost("the lease has token " + token + ", the guard resumed under " + resumedUnder.orElse(-1));
        }
        return token;
    }

    /** Makes sure, before the operator's word is taken, that what this guard has had on its disks is there and can be used. */
    public synchronized void requireUsable() {
        requireWorking();
        if (begun) {
            trouble.write("looking at", files::requireThere);
        }
    }

    private void requireWorking() {
        trouble.requireNotEnded();
        readAgainIfNeeded();
    }

    private void readAgainIfNeeded() {
        if (!trouble.hasEnded() && mustReadAgain()) {
            trouble.pause();
            trouble.write("reading again", this::readAgain);
            trouble.isOver();
        }
    }

    /** After a failed write only the files tell what is on the disk; and a disk may be mounted over where no log was. */
    private boolean mustReadAgain() {
        try {
            return doubts.has(Doubt.LOG_UNWRITABLE)
                    || (doubts.has(Doubt.LOG_MISSING) && DurableFiles.isThere(settings.log()))
                    || (doubts.has(Doubt.ANCHOR_MISSING) && files.mark().isPresent());
        } catch (IOException e) {
            throw trouble.failed("looking for", e);
        }
    }

    /**
     * As at a start, but that what this process knows counts as signed too. All of it is written anew: what was written before a
     * failed sync may be read and yet not be on the disk.
     */
    private void readAgain() throws IOException {
        if (begun) {
            files.requireThere();
        }
        files.close();
        files = GuardFiles.take(settings, clock);
        doubts.retain(Set.of(Doubt.UNKNOWN_OWN_BLOCK, Doubt.LOG_UNWRITABLE));
        doubts.add(Doubt.CHAIN_NOT_SEEN);
        resumedUnder = OptionalLong.empty();
        load();
        if (doubts.areOfFilesNone()) {
            rewrite("read again");
            anchor();
        }
        doubts.remove(Doubt.LOG_UNWRITABLE);
        LOG.info(
                "The slash guard of {} has read its log again: {}",
                settings.miner(),
                doubts.worst().orElse(Doubt.CHAIN_NOT_SEEN).sentence());
    }

    private void requireLog(String doing) {
        if (!doubts.areOfFilesNone()) {
            throw doubts.refusal(doing + " the slash guard of " + settings.miner());
        }
    }

    private void count(String outcome) {
        registry.counter("adit_slash_guard_requests", "outcome", outcome).increment();
    }

    private AditException leaseLost(String why) {
        count("no_lease");
        return new AditException(
                SlashErrorCode.SLASH_LEASE_LOST, "mining for " + settings.miner() + " with this node: " + why);
    }

    @Override
    public synchronized void close() {
        trouble.end("it is closed");
        try {
            files.close();
        } catch (IOException e) {
            LOG.warn("Closing the slash guard of {}: {}", settings.miner(), e.getMessage());
        }
    }
}
