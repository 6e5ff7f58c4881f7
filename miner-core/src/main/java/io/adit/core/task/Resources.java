package io.adit.core.task;

/**
 * What a task needs while it runs, or what a machine has.
 *
 * @param cpu cores
 * @param ramBytes memory
 * @param proofSlots places in the proof workers
 * @param scratchBytes space on fast scratch storage
 */
public record Resources(int cpu, long ramBytes, int proofSlots, long scratchBytes) {
    /** Nothing: tasks that mostly wait. */
    public static final Resources NONE = new Resources(0, 0, 0, 0);

    /** No dimension may be negative. */
    public Resources {
        if (cpu < 0 || ramBytes < 0 || proofSlots < 0 || scratchBytes < 0) {
            throw new IllegalArgumentException("resources cannot be negative: cpu " + cpu + ", ram " + ramBytes
                    + ", proof slots " + proofSlots + ", scratch " + scratchBytes);
        }
    }

    /** Whether this much is there. */
    public boolean covers(Resources need) {
        return need.cpu <= cpu
                && need.ramBytes <= ramBytes
                && need.proofSlots <= proofSlots
                && need.scratchBytes <= scratchBytes;
    }

    /** What is left after the need is taken; the need must be {@link #covers covered}. */
    public Resources minus(Resources need) {
        return new Resources(
                cpu - need.cpu,
                ramBytes - need.ramBytes,
                proofSlots - need.proofSlots,
                scratchBytes - need.scratchBytes);
    }

    /** Both together. */
    public Resources plus(Resources more) {
        return new Resources(
                cpu + more.cpu,
                ramBytes + more.ramBytes,
                proofSlots + more.proofSlots,
                scratchBytes + more.scratchBytes);
    }

    /** This with every dimension that the need lacks set to zero: what is left for others once a need is waited for. */
    Resources withheldFor(Resources need) {
        return new Resources(
                need.cpu > cpu ? 0 : cpu,
                need.ramBytes > ramBytes ? 0 : ramBytes,
                need.proofSlots > proofSlots ? 0 : proofSlots,
                need.scratchBytes > scratchBytes ? 0 : scratchBytes);
    }

    /** The dimensions in which the need is more than this, in words. */
    String lacking(Resources need) {
        var words = new StringBuilder();
        lack(words, "cpu", need.cpu, cpu);
        lack(words, "ram bytes", need.ramBytes, ramBytes);
        lack(words, "proof slots", need.proofSlots, proofSlots);
        lack(words, "scratch bytes", need.scratchBytes, scratchBytes);
        return words.toString();
    }

    private static void lack(StringBuilder words, String what, long need, long have) {
        if (need > have) {
            words.append(words.isEmpty() ? "" : ", ").append(need + " " + what + " (" + have + " there)");
        }
    }
}
