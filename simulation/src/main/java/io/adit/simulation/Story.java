package io.adit.simulation;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The disturbances of one run, epoch by epoch, as a seed tells them. The first epochs and the last ones are quiet: the
 * provider comes up in peace, and what it still has to do can be done before it is judged.
 *
 * @param epochs how long the story is
 * @param nodes full nodes that the provider has
 * @param seals whether sectors are sealed in it
 * @param controls whether window proofs and declarations are sent from addresses of their own
 * @param machines that run for the miner, on one database
 * @param deals whether clients want deals in it
 * @param poor whether the worker has no money until payday
 * @param events what happens before the block of that epoch; one list per epoch
 */
record Story(
        int epochs,
        int nodes,
        boolean seals,
        boolean controls,
        int machines,
        boolean deals,
        boolean poor,
        List<List<Disturbance>> events) {
    static final int QUIET_AT_FIRST = 10;
    static final int QUIET_AT_LAST = 70;

    /** Among so many seeds there is one whose story has a reorg just short of finality, and is long enough for it. */
    private static final int DEEP_IN = 250;

    private static final int DEEPEST = 899;

    /** 1 nanoFIL: ten thousand times what the simulated chain asks otherwise, and yet what messages may cost. */
    private static final BigInteger DEAR = BigInteger.valueOf(1_000_000_000L);

    /** Among so many seeds there is one in which the base fee is high for hours; its story is so much longer. */
    private static final int STORMY_IN = 40;

    /** Two hours. */
    private static final int SHORTEST_LONG_STORM = 240;

    /** Eight hours and a half. */
    private static final int LONGEST_STORM = 1000;

    /** For so long a gust lasts in a long storm. */
    private static final int GUST = 20;

    /** What the simulated full node proposes where there is room in the blocks, attoFIL. */
    private static final BigInteger ORDINARY_PREMIUM = BigInteger.valueOf(100_000);

    /** A story is half as long as the longest in so many of ten: more of them are played in the same time. */
    private static final int SHORT_OF_TEN = 7;

    /** Among so many seeds there is one in which clients want deals. */
    private static final int DEALS_IN = 12;

    /** Of so many stories with deals and control addresses there is one that begins without money. */
    private static final int POOR_IN = 2;

    /** The epoch in which it comes. */
    static final int PAYDAY = 60;

    /** Among so many stories without deals there is one with several machines. */
    private static final int SEVERAL_IN = 14;

    /** So many of five stories with deals have several machines too: one seed of thirty. */
    private static final int DEALS_SEVERAL_OF_FIVE = 2;

    /** Of so many epochs there is one in which the machine that works dies or stands still. */
    private static final int FAILS_OVER_IN = 40;

    /** As long as there are deals, which are half of a shorter story. */
    private static final int FAILS_OVER_WITH_DEALS_IN = 14;

    /** So long before the middle of its story is the last epoch in which a deal is wanted: it has to start before the end. */
    private static final int LATEST_WISH = 45;

    /** In so many longer stories there is one in which a disk fails so early that its sectors recover before the end. */
    private static final int MENDS_IN = 2;

    /** For so long, which is most of a window. */
    private static final int FAILS_FOR = 40;

    /** Of so many epochs there is one in which somebody wants a deal. */
    private static final int WANTED_IN = 9;

    /** Whether there are several machines. */
    boolean several() {
        return machines > 1;
    }

    /** Whether the provider has storage for sectors. */
    boolean stores() {
        return seals || deals;
    }

    /** What kind of story it is, in the words of the coverage. */
    List<String> kinds() {
        var kinds = new ArrayList<String>();
        kinds.add(nodes > 1 ? "runs with a pool of full nodes" : "runs with one full node");
        if (controls) {
            kinds.add("runs with control addresses");
        }
        if (seals) {
            kinds.add("runs that seal");
        }
        if (several()) {
            kinds.add("runs with several machines");
        }
        if (deals) {
            kinds.add(poor ? "runs with deals and an empty purse" : "runs with deals");
        }
        if (deals && several()) {
            kinds.add("runs with deals and several machines");
        }
        return kinds;
    }

    static Story of(long seed, int longest, int storagePaths) {
        var random = new SplittableRandom(seed);
        // Stories differ in temper: most are rough in one way or another, a few are calm.
        double temper = random.nextDouble() * 0.12;
        boolean deep = random.nextInt(DEEP_IN) == 0;
        int nodes = random.nextInt(4) == 0 ? 3 : 1;
        boolean seals = random.nextInt(4) == 0;
        boolean controls = random.nextInt(3) == 0;
        var wants = new SplittableRandom(Long.rotateLeft(~seed, 32));
        boolean deals = wants.nextInt(DEALS_IN) == 0;
        // A story with deals costs as much in half the time.
        boolean isShort = random.nextInt(10) < SHORT_OF_TEN || deals;
        int length = isShort ? longest / 2 : longest;
        // Drawn apart: the seeds without a long storm keep the story they have without it.
        var storms = new SplittableRandom(~seed);
        int storm = storms.nextInt(STORMY_IN) == 0 ? storms.nextInt(SHORTEST_LONG_STORM, LONGEST_STORM + 1) : 0;
        int machines = machines(deals, wants, seed);
        boolean poor = deals && controls && wants.nextInt(POOR_IN) == 0;
        var mends = new SplittableRandom(seed ^ Long.rotateLeft(~seed, 16));
        boolean isMended = !isShort && mends.nextInt(MENDS_IN) == 0;
        int failsAt = isMended ? mends.nextInt(QUIET_AT_FIRST, QUIET_AT_FIRST + FAILS_FOR) : -1;
        int wanted = 0;
        int epochs = (deep ? length + DEEPEST + QUIET_AT_LAST : length) + storm;
        int deepAt = deep ? epochs - QUIET_AT_LAST - 1 - random.nextInt(QUIET_AT_LAST) : -1;
        var events = new ArrayList<List<Disturbance>>();
        for (int epoch = 0; epoch < epochs; epoch++) {
            boolean quiet = epoch < QUIET_AT_FIRST || epoch >= epochs - QUIET_AT_LAST;
            var now = new ArrayList<Disturbance>();
            if (seals && epoch % 120 == QUIET_AT_FIRST && epoch < length / 2) {
                // Two at once, so that they may share their messages.
                now.add(new Disturbance.Pledge());
                now.add(new Disturbance.Pledge());
            }
            if (deals && isTimeToWant(epoch, length) && wants.nextInt(WANTED_IN) == 0) {
                now.add(new Disturbance.DealWanted(wish(wants, wanted++)));
            }
            if (machines > 1 && !quiet && wants.nextInt(deals ? FAILS_OVER_WITH_DEALS_IN : FAILS_OVER_IN) == 0) {
                now.add(failure(wants, deals));
            }
            if (epoch == failsAt) {
                now.add(new Disturbance.DiskTrouble(mends.nextInt(storagePaths), health(mends), FAILS_FOR));
            }
            if (poor && epoch == PAYDAY) {
                now.add(new Disturbance.Payday());
            }
            if (storm > 0 && epoch >= QUIET_AT_FIRST && epoch < QUIET_AT_FIRST + storm) {
                stormOn(storms, epoch - QUIET_AT_FIRST, storm).ifPresent(now::add);
            }
            if (epoch == deepAt) {
                now.add(new Disturbance.Reorg(Math.min(DEEPEST, epoch)));
            } else if (!quiet && random.nextDouble() < temper) {
                now.add(disturbance(random, epoch, nodes, storagePaths));
            }
            events.add(List.copyOf(now));
        }
        return new Story(epochs, nodes, seals, controls, machines, deals, poor, List.copyOf(events));
    }

    /** Drawn apart where there are deals: those of one machine keep the story that they have without the others. */
    private static int machines(boolean deals, SplittableRandom wants, long seed) {
        var random = deals ? new SplittableRandom(~Long.rotateLeft(seed, 32)) : wants;
        boolean several = deals ? random.nextInt(5) < DEALS_SEVERAL_OF_FIVE : random.nextInt(SEVERAL_IN) == 0;
        return several ? random.nextInt(2, 4) : 1;
    }

    /** Of the machine that works; in the middle of what deals are made of where there are deals. */
    private static Disturbance failure(SplittableRandom random, boolean deals) {
        if (deals && random.nextInt(3) == 0) {
            return new Disturbance.CrashAtPoint(random.nextInt(1, 12), oneOf(random, 1, 3, 8, 40));
        }
        return random.nextBoolean()
                ? new Disturbance.StandStill(oneOf(random, 1, 3, 5, 8, 25))
                : new Disturbance.Crash(oneOf(random, 1, 3, 8, 40));
    }

    /** A fee far above what is asked otherwise, with gusts that go up to what messages may cost. */
    private static Optional<Disturbance> stormOn(SplittableRandom random, int since, int length) {
        if (since % GUST != 0) {
            return Optional.empty();
        }
        int percent = since == 0 ? 20 : random.nextInt(20, 101);
        var fee = DEAR.multiply(BigInteger.valueOf(percent)).divide(BigInteger.valueOf(100));
        return Optional.of(new Disturbance.FeeStorm(fee, since == 0 ? length : Math.min(GUST, length - since)));
    }

    /** Early enough that the deal's start is part of the story. */
    private static boolean isTimeToWant(int epoch, int length) {
        return epoch >= QUIET_AT_FIRST && epoch < length / 2 - LATEST_WISH;
    }

    private static DealWish wish(SplittableRandom random, int number) {
        int soon = (int) SimulatedMarket.START_BUFFER;
        var ways = DealWish.Way.values();
        // Every second client is sound.
        var way = random.nextBoolean() ? DealWish.Way.SOUND : ways[random.nextInt(ways.length)];
        int startsIn = random.nextInt(4) == 0 ? soon + 1 : soon + random.nextInt(1, 60);
        return new DealWish(
                number,
                oneOf(random, 256, 256, 512, 1024),
                random.nextInt(3) == 0,
                startsIn,
                way,
                random.nextBoolean());
    }

    private static Disturbance disturbance(SplittableRandom random, int epoch, int nodes, int storagePaths) {
        return switch (random.nextInt(21)) {
            case 0, 1 -> new Disturbance.NullRounds(oneOf(random, 1, 1, 2, 5, 30));
            case 2, 3 -> new Disturbance.Reorg(Math.min(epoch, oneOf(random, 1, 1, 2, 5, 20, 60, 120)));
            case 4 ->
                new Disturbance.FeeStorm(
                        DEAR.multiply(BigInteger.valueOf(oneOf(random, 1, 1, 100))), random.nextInt(5, 120));
            case 5 -> new Disturbance.LostMessages(random.nextInt(1, 4));
            case 6 -> new Disturbance.LateMessages(random.nextInt(1, 4), random.nextInt(1, 20));
            case 7, 8, 9 ->
                new Disturbance.NodeTrouble(
                        random.nextInt(nodes),
                        UnreliableNode.Mood.TROUBLES.get(random.nextInt(UnreliableNode.Mood.TROUBLES.size())),
                        oneOf(random, 1, 3, 10, 40));
            case 10 -> new Disturbance.StaleHead(random.nextInt(1, 12), random.nextInt(1, 8));
            case 11, 12 ->
                new Disturbance.DiskTrouble(random.nextInt(storagePaths), health(random), oneOf(random, 5, 40, 200));
            case 13 -> new Disturbance.ProverTrouble(random.nextInt(60), random.nextInt(30), random.nextInt(5, 60));
            case 14 -> new Disturbance.Crash(oneOf(random, 0, 0, 1, 5, 45));
            case 15, 16 -> new Disturbance.CrashAtPoint(random.nextInt(1, 8), oneOf(random, 0, 0, 0, 1, 5));
            case 17 ->
                new Disturbance.FullBlocks(
                        ORDINARY_PREMIUM.multiply(BigInteger.valueOf(oneOf(random, 2, 20, 1000))),
                        random.nextInt(5, 120));
            case 18 -> new Disturbance.OperatorActs(false);
            case 19 -> new Disturbance.OperatorActs(random.nextBoolean());
            default ->
                new Disturbance.ClockStep(oneOf(random, -3600, -600, -30, -2, 2, 30), oneOf(random, 1, 10, 60, 400));
        };
    }

    private static SimulatedDisks.Health health(SplittableRandom random) {
        return SimulatedDisks.Health.TROUBLES.get(random.nextInt(SimulatedDisks.Health.TROUBLES.size()));
    }

    private static int oneOf(SplittableRandom random, int... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
