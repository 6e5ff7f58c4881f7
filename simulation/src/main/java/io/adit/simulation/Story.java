package io.adit.simulation;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The disturbances of one run, epoch by epoch, as a seed tells them. The first epochs and the last ones are quiet: the
 * provider comes up in peace, and what it still has to do can be done before it is judged.
 *
 * @param epochs how long the story is
 * @param events what happens before the block of that epoch; one list per epoch
 */
record Story(int epochs, List<List<Disturbance>> events) {
    private static final int QUIET_AT_FIRST = 10;
    private static final int QUIET_AT_LAST = 70;

    /** Deepest reorg that a story tells; finality is 900, but a story is not long enough for that. */
    private static final int DEEPEST_REORG = 120;

    static Story of(long seed, int epochs, int storagePaths) {
        var random = new SplittableRandom(seed);
        // Stories differ in temper: most are rough in one way or another, a few are calm.
        double temper = random.nextDouble() * 0.12;
        var events = new ArrayList<List<Disturbance>>();
        for (int epoch = 0; epoch < epochs; epoch++) {
            boolean quiet = epoch < QUIET_AT_FIRST || epoch >= epochs - QUIET_AT_LAST;
            events.add(
                    quiet || random.nextDouble() >= temper
                            ? List.of()
                            : List.of(disturbance(random, epoch, storagePaths)));
        }
        return new Story(epochs, List.copyOf(events));
    }

    private static Disturbance disturbance(SplittableRandom random, int epoch, int storagePaths) {
        return switch (random.nextInt(14)) {
            case 0, 1 -> new Disturbance.NullRounds(oneOf(random, 1, 1, 2, 5, 30));
            case 2, 3 -> new Disturbance.Reorg(Math.min(epoch, oneOf(random, 1, 1, 2, 5, 20, DEEPEST_REORG)));
            case 4 -> new Disturbance.FeeStorm(BigInteger.valueOf(100), random.nextInt(5, 60));
            case 5 -> new Disturbance.LostMessages(random.nextInt(1, 4));
            case 6, 7 ->
                new Disturbance.NodeTrouble(
                        UnreliableNode.Mood.TROUBLES.get(random.nextInt(UnreliableNode.Mood.TROUBLES.size())),
                        oneOf(random, 1, 3, 10, 40));
            case 8 -> new Disturbance.StaleHead(random.nextInt(1, 12), random.nextInt(1, 8));
            case 9, 10 ->
                new Disturbance.DiskTrouble(
                        random.nextInt(storagePaths),
                        SimulatedDisks.Health.TROUBLES.get(random.nextInt(SimulatedDisks.Health.TROUBLES.size())),
                        oneOf(random, 5, 40, 200));
            case 11 -> new Disturbance.ProverTrouble(random.nextInt(60), random.nextInt(30), random.nextInt(5, 60));
            case 12 -> new Disturbance.Crash(oneOf(random, 0, 0, 1, 5, 45));
            default -> new Disturbance.ClockStep(oneOf(random, -3600, -30, -2, 2, 30));
        };
    }

    private static int oneOf(SplittableRandom random, int... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
