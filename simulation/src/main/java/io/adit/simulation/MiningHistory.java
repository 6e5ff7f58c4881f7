package io.adit.simulation;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Epoch;
import io.adit.core.slash.Doubt;
import io.adit.core.slash.MachineMark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * One seed's history of making blocks on a contested chain: the node's own mining room dies at every place, its home is
 * copied, backed up and restored, copies of it run beside it, the operator takes the doubts away by telling the truth; and
 * at no time may two signed blocks be a consensus fault, nor the miner stay silent in the end.
 */
final class MiningHistory extends ContestedHistory {
    private static final long EPOCHS = 100;
    private static final Plan PLAN = new Plan(EPOCHS, 20, 3);

    /** Within so many epochs before the end a miner that wins nearly every one has signed. */
    private static final long SIGNS_WITHIN = 8;

    /** An operator notices a doubt so late. */
    private static final int NOTICED_AFTER = 2;

    private final Path directory;
    private MinerHome home;
    private Optional<MiningProcess> main = Optional.empty();
    private Optional<MiningProcess> copy = Optional.empty();
    private Optional<MinerHome.Backup> backup = Optional.empty();
    private Optional<TipSet> abandoned = Optional.empty();
    private OptionalInt pointsLeft = OptionalInt.empty();
    private Optional<String> diedAt = Optional.empty();
    private boolean powerFails;
    private int processes;
    private int homes;
    private int boots = 1;
    private int doubtful;
    private long lastSigned;

    private MiningHistory(long seed, Path directory, MiningProcess.Signing signing) {
        super(seed, new SplittableRandom(seed * 31 + 7), PLAN, signing);
        this.directory = directory;
        this.home = newHome(Optional.empty());
    }

    /**
     * Plays a seed.
     *
     * @param directory empty, for the homes
     */
    static Outcome play(long seed, Path directory) {
        return play(seed, directory, (keys, guarded) -> guarded);
    }

    /** As {@link #play(long, Path)}, with a signer that may be broken. */
    static Outcome play(long seed, Path directory, MiningProcess.Signing signing) {
        return new MiningHistory(seed, directory, signing).play("histories of making blocks");
    }

    private MinerHome newHome(Optional<Path> anchor) {
        var own = directory.resolve("home-" + homes++);
        return new MinerHome(
                own.resolve("guard"),
                anchor.orElse(directory.resolve("anchors-" + homes).resolve("anchor")));
    }

    // ---- processes ---------------------------------------------------------------------------------

    @Override
    void begin() {
        start();
        main.orElseThrow().guard().begin();
    }

    private void start() {
        if (main.isEmpty()) {
            main = Optional.of(MiningProcess.start(
                    ++processes, machine, home, new MachineMark("boot " + boots), this::signedByMain));
        }
    }

    private void signedByMain(BlockHeader header) {
        lastSigned = Math.max(lastSigned, header.height().value());
        coverage.saw("blocks signed");
        faults.signed(header);
    }

    private void kill(MiningProcess process) {
        timeline.kill(process.number());
        process.home().letGo();
        if (main.equals(Optional.of(process))) {
            main = Optional.empty();
            pointsLeft = OptionalInt.empty();
        } else {
            copy = Optional.empty();
        }
    }

    @Override
    void reached(String point) {
        var running = main.filter(process -> process.number() == timeline.process());
        if (point.equals("slash.synced") || point.equals("slash.rewritten")) {
            running.map(MiningProcess::home).ifPresent(MinerHome::synced);
        }
        if (running.isPresent() && pointsLeft.isPresent() && timeline.inStrand()) {
            int left = pointsLeft.getAsInt() - 1;
            pointsLeft = OptionalInt.of(left);
            if (left <= 0) {
                diedAt = Optional.of(point);
                timeline.dieHere();
            }
        }
    }

    @Override
    void buryTheDead() {
        diedAt.ifPresent(this::bury);
    }

    private void bury(String point) {
        diedAt = Optional.empty();
        coverage.saw((powerFails ? "power lost at " : "killed at ") + point);
        var dead = main.orElseThrow();
        kill(dead);
        if (powerFails) {
            dead.home().losePower(random);
            boots++;
        }
        restart(random.nextInt(3));
    }

    private void restart(int epochs) {
        if (epochs == 0) {
            start();
        } else {
            after(epochs, this::start);
        }
    }

    // ---- what goes wrong -----------------------------------------------------------------------------

    @Override
    void disturb() {
        switch (random.nextInt(14)) {
            case 0 ->
                main.ifPresent(process -> {
                    coverage.saw("miner killed anywhere");
                    kill(process);
                    restart(random.nextInt(3));
                });
            case 1, 2, 3 -> {
                powerFails = random.nextInt(3) == 0;
                pointsLeft = OptionalInt.of(random.nextInt(1, 9));
            }
            case 4 -> troubleTheNode();
            case 5, 6 -> {
                coverage.saw("forks while blocks are made");
                abandoned = Optional.of(chain.head());
                chain.fork(random.nextInt(1, 6), random.nextBoolean());
            }
            case 7 ->
                abandoned.ifPresent(branch -> {
                    coverage.saw("the network went back to an abandoned branch");
                    abandoned = Optional.of(chain.head());
                    chain.goTo(branch);
                });
            case 8 -> {
                coverage.saw("null rounds while blocks are made");
                nullRounds();
            }
            case 9 -> {
                coverage.saw("our blocks lost by the network");
                swallowBlocks();
            }
            case 10 -> stepClock();
            case 11, 12 -> copies();
            default ->
                main.ifPresent(process -> backup = Optional.of(process.home().backUp()));
        }
    }

    private void stepClock() {
        coverage.saw("clock stepped while blocks are made");
        var steps = new int[] {-3600, -600, -30, -2, 2, 30, 600};
        var by = Duration.ofSeconds(steps[random.nextInt(steps.length)]);
        timeline.stepWallClock(by);
        after(random.nextInt(1, 8), () -> timeline.stepWallClock(by.negated()));
    }

    private void copies() {
        if (main.isEmpty() || !main.get().guard().status().doubt().isEmpty()) {
            return;
        }
        var process = main.get();
        switch (random.nextInt(6)) {
            case 0 -> restoreFiles(process, false);
            case 1 -> restoreFiles(process, true);
            case 2 ->
                backup.ifPresent(image -> {
                    coverage.saw("disks rolled back to an image, and the machine booted");
                    kill(process);
                    home.rollBack(image);
                    boots++;
                    restart(random.nextInt(3));
                });
            case 3 -> runCopy(process, newHome(Optional.of(home.anchor())), true);
            case 4 -> runCopy(process, newHome(Optional.empty()), random.nextBoolean());
            default -> move(process);
        }
    }

    private void restoreFiles(MiningProcess process, boolean withAnchor) {
        backup.ifPresent(files -> {
            coverage.saw(withAnchor ? "home restored from a backup" : "log restored from a backup");
            kill(process);
            home.restore(files, withAnchor);
            restart(random.nextInt(3));
        });
    }

    /** Somebody starts a copy of the home beside the one that runs, and does nothing more. It signs nothing. */
    private void runCopy(MiningProcess original, MinerHome copied, boolean withAnchor) {
        if (copy.isEmpty()) {
            coverage.saw("a copied home started beside the original");
            copied.restore(original.home().backUp(), withAnchor);
            runBeside(copied, "a copy of the home");
        }
    }

    private void runBeside(MinerHome copied, String what) {
        var mark = new MachineMark(random.nextBoolean() ? "boot " + boots : "another machine");
        copy = Optional.of(MiningProcess.start(++processes, machine, copied, mark, header -> {
            faults.signed(header);
            breaches.report(NoConsensusFault.class, what + " signed a block of epoch " + header.height());
        }));
        after(random.nextInt(2, 12), () -> copy.ifPresent(this::kill));
    }

    /** The operator moves the miner to another machine, as the manual says; the old one may be started again by mistake. */
    private void move(MiningProcess old) {
        if (copy.isPresent()) {
            return;
        }
        coverage.saw("miner moved by a protection file");
        boolean complete = random.nextBoolean();
        kill(old);
        // The file is taken while nothing signs.
        var stopped = MiningProcess.start(++processes, machine, home, new MachineMark("boot " + boots), header -> {
            throw new IllegalStateException("a home that is only read signs " + header.height());
        });
        var file = complete ? stopped.guard().exportComplete() : stopped.guard().exportMinimal();
        kill(stopped);
        var before = home;
        boolean sharesAnchor = random.nextBoolean();
        home = newHome(sharesAnchor ? Optional.of(before.anchor()) : Optional.empty());
        backup = Optional.empty();
        start();
        main.orElseThrow().guard().importFile(file);
        if (sharesAnchor) {
            after(random.nextInt(1, 5), () -> {
                if (copy.isEmpty()) {
                    coverage.saw("the home that was given up started again");
                    runBeside(before, "the home that was given up");
                }
            });
        }
    }

    // ---- the operator --------------------------------------------------------------------------------

    /** Ends the doubt of the node that is to run: stops every copy, then states the last epoch that any may have signed. */
    @Override
    void look() {
        var doubt =
                main.flatMap(process -> process.guard().status().doubt()).filter(why -> why != Doubt.CHAIN_NOT_SEEN);
        if (doubt.isEmpty()) {
            doubtful = 0;
            return;
        }
        if (++doubtful > NOTICED_AFTER) {
            coverage.saw("miner in doubt: " + doubt.get());
            copy.ifPresent(this::kill);
            main.orElseThrow().guard().acceptEpoch(new Epoch(Math.max(lastSigned, epoch() + 1)));
            doubtful = 0;
        }
    }

    @Override
    void end() {
        if (main.isEmpty() || lastSigned < EPOCHS - SIGNS_WITHIN) {
            breaches.report(
                    NoConsensusFault.class,
                    "the miner is silent: it signed last at epoch " + lastSigned + ", its guard says "
                            + main.map(process -> process.status()).orElse("nothing: it is not running"));
        }
        main.map(process -> process.guard().status().conflicts())
                .filter(conflicts -> conflicts > 0)
                .ifPresent(conflicts -> breaches.report(NoConsensusFault.class, "the guard knows of conflicts"));
        main.ifPresent(this::kill);
        copy.ifPresent(this::kill);
    }
}
