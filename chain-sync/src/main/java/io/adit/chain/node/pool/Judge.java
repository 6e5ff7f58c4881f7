package io.adit.chain.node.pool;

import io.adit.chain.node.NetworkParams;
import io.adit.chain.node.pool.Verdict.Lie;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * Compares what the nodes said. What can be checked alone (a header against its CID) is; for the rest the majority counts,
 * and where there is none a rule that favours the plausible side.
 */
final class Judge {
    private final List<Member> members;
    private final PoolOptions options;

    Judge(List<Member> members, PoolOptions options) {
        this.members = members;
        this.options = options;
    }

    /**
     * A finding for every node.
     *
     * @param primary who is believed where nothing else decides
     * @param wall this machine's clock
     * @param nanos the pool's own time
     */
    Map<Member, Verdict> findings(Optional<Member> primary, Instant wall, long nanos) {
        var findings = new LinkedHashMap<Member, Verdict>();
        var chain = chain(primary);
        members.forEach(member -> findings.put(member, alone(member, chain, wall)));
        var credible = members.stream()
                .filter(member -> !member.verdict().fenced() && !isLie(findings, member))
                .toList();
        for (var member : members) {
            if (findings.get(member) instanceof Verdict.Healthy) {
                findings.put(member, besideOthers(member, credible, primary));
            }
        }
        var best = members.stream()
                .filter(member ->
                        findings.getOrDefault(member, new Verdict.Healthy()).good())
                .flatMap(member -> member.reachableHead().stream())
                .map(TipSet::height)
                .max(Epoch::compareTo);
        for (var member : members) {
            lag(member, best, nanos)
                    .filter(lag -> findings.get(member) instanceof Verdict.Healthy)
                    .ifPresent(lag -> findings.put(member, lag));
        }
        findings.replaceAll((member, finding) -> finding instanceof Verdict.Healthy ? pace(member) : finding);
        return findings;
    }

    private static boolean isLie(Map<Member, Verdict> findings, Member member) {
        return findings.get(member) instanceof Verdict.Lying;
    }

    /** What can be said of a node without believing another one's heads. */
    private Verdict alone(Member member, Optional<NetworkParams> chain, Instant wall) {
        if (member.reachableHead().isEmpty()) {
            return new Verdict.Unreachable(member.failure().orElse("it never named a head"));
        }
        return verdict(otherChain(member, chain).or(() -> wrongHeader(member)).or(() -> future(member, chain, wall)));
    }

    private Verdict besideOthers(Member member, List<Member> credible, Optional<Member> primary) {
        var head = member.reachableHead().orElseThrow();
        return verdict(wrongFee(member, head, credible, primary).or(() -> wrongSectors(member, credible)));
    }

    private static Verdict verdict(Optional<Verdict.Lying> lie) {
        return lie.isPresent() ? lie.get() : new Verdict.Healthy();
    }

    // ---- the chain -------------------------------------------------------------------------------

    /** What most nodes were built for; the primary's where they are equally many. */
    Optional<NetworkParams> chain(Optional<Member> primary) {
        var votes = new ArrayList<NetworkParams>();
        primary.flatMap(Member::chain).ifPresent(votes::add);
        members.stream().flatMap(member -> member.chain().stream()).forEach(votes::add);
        return votes.stream()
                .max((a, b) -> Long.compare(sameAs(a, votes), sameAs(b, votes)))
                .flatMap(most -> votes.stream()
                        .filter(one -> sameAs(one, votes) == sameAs(most, votes))
                        .findFirst());
    }

    private static long sameAs(NetworkParams one, List<NetworkParams> votes) {
        return votes.stream().filter(other -> same(one, other)).count();
    }

    private static boolean same(NetworkParams a, NetworkParams b) {
        return a.networkName().equals(b.networkName())
                && a.genesisTimestamp() == b.genesisTimestamp()
                && a.blockDelaySeconds() == b.blockDelaySeconds();
    }

    private static Optional<Verdict.Lying> otherChain(Member member, Optional<NetworkParams> chain) {
        return member.chain()
                .filter(own -> chain.isPresent() && !same(own, chain.get()))
                .map(own -> new Verdict.Lying(
                        Lie.OTHER_CHAIN,
                        "it is on " + own.networkName() + " (genesis " + own.genesisTimestamp() + "), the others on "
                                + chain.map(NetworkParams::networkName).orElse("none")));
    }

    private static Optional<Verdict.Lying> wrongHeader(Member member) {
        return member.reachableHead()
                .filter(head -> !member.headFits())
                .map(head -> new Verdict.Lying(
                        Lie.WRONG_HEADER,
                        "the blocks of its head at epoch " + head.height() + " have other CIDs than it says, base fee "
                                + head.parentBaseFee()));
    }

    // ---- the clock -------------------------------------------------------------------------------

    private Optional<Verdict.Lying> future(Member member, Optional<NetworkParams> chain, Instant wall) {
        if (options.maxEpochsAhead().isEmpty() || chain.isEmpty() || chain.get().blockDelaySeconds() <= 0) {
            return Optional.empty();
        }
        long most = options.maxEpochsAhead().getAsLong();
        long byClock = chain.get().epochAt(wall).value();
        boolean knownLiar = member.verdict() instanceof Verdict.Lying lying && lying.lie() == Lie.FUTURE_EPOCH;
        boolean isClockWrong = clockIsOutvoted(
                byClock + most, knownLiar ? members.size() : (int) heights().count());
        long now = isClockWrong ? middleHeight() : byClock;
        return member.reachableHead()
                .map(TipSet::height)
                .filter(height -> height.value() - now > most)
                .map(height -> new Verdict.Lying(
                        Lie.FUTURE_EPOCH,
                        "its head is of epoch " + height + ", " + (isClockWrong ? "others are at " : "the clock says ")
                                + now));
    }

    /** Heads of the nodes that answer, lowest first. */
    private LongStream heights() {
        return members.stream()
                .flatMap(member -> member.reachableHead().stream())
                .mapToLong(head -> head.height().value())
                .sorted();
    }

    /** The height that half of the nodes have reached. */
    private long middleHeight() {
        var heights = heights().toArray();
        return heights[heights.length / 2];
    }

    /**
     * Whether the heads of most nodes cannot be yet: then it is rather this machine's clock that is wrong.
     *
     * @param voters of whom those that do not answer are taken to agree with the clock
     */
    private boolean clockIsOutvoted(long latestByClock, int voters) {
        return 2 * heights().filter(height -> height > latestByClock).count() > voters;
    }

    /** Whether most that answer have heads that cannot be yet. */
    boolean clockIsDoubtful(Optional<Member> primary, Instant wall) {
        var chain = chain(primary).filter(params -> params.blockDelaySeconds() > 0);
        return options.maxEpochsAhead().isPresent()
                && chain.isPresent()
                && clockIsOutvoted(
                        chain.get().epochAt(wall).value()
                                + options.maxEpochsAhead().getAsLong(),
                        (int) heights().count());
    }

    private Optional<Verdict> lag(Member member, Optional<Epoch> best, long nanos) {
        long epochs = member.reachableHead()
                .flatMap(head -> best.map(epoch -> epoch.minus(head.height())))
                .orElse(0L);
        long behindFor = member.behindFor(epochs > options.lagEpochs(), nanos);
        return epochs > options.lagEpochs()
                        && behindFor >= options.lagPatience().toNanos()
                ? Optional.of(new Verdict.Lagging(epochs))
                : Optional.empty();
    }

    private Verdict pace(Member member) {
        boolean wasSlow = member.verdict() instanceof Verdict.Slow;
        var bound = wasSlow ? options.slowAfter().dividedBy(2) : options.slowAfter();
        return member.latency().compareTo(bound) > 0 ? new Verdict.Slow(member.latency()) : new Verdict.Healthy();
    }

    // ---- the base fee ----------------------------------------------------------------------------

    private Optional<Verdict.Lying> wrongFee(
            Member member, TipSet head, List<Member> credible, Optional<Member> primary) {
        var parents = head.parents();
        var fee = head.parentBaseFee();
        var votes = new LinkedHashMap<TokenAmount, Integer>();
        votes.put(fee, 1);
        for (var other : credible) {
            if (!other.equals(member)) {
                other.feeAfter(parents).ifPresent(its -> votes.merge(its, 1, Integer::sum));
            }
        }
        if (isNotOutvoted(
                fee,
                votes,
                () -> isPlausible(fee, parents, credible, member.equals(primary.orElseGet(members::getFirst))))) {
            return Optional.empty();
        }
        votes.remove(fee);
        return Optional.of(new Verdict.Lying(
                Lie.WRONG_BASE_FEE,
                "its head at epoch " + head.height() + " has base fee " + fee + ", by others it is " + votes.keySet()));
    }

    /**
     * Where as many say one thing as the other: the base fee moves by an eighth per tipset at most. Where that does not
     * decide, the primary is believed.
     */
    private boolean isPlausible(TokenAmount fee, TipSetKey parents, List<Member> credible, boolean isPrimary) {
        var before =
                members.stream().flatMap(other -> other.feeOf(parents).stream()).findFirst();
        boolean mine = before.isEmpty() || isOneStep(before.get(), fee);
        boolean theirs = before.isEmpty()
                || credible.stream()
                        .flatMap(other -> other.feeAfter(parents).stream())
                        .filter(its -> !its.equals(fee))
                        .anyMatch(its -> isOneStep(before.get(), its));
        return mine == theirs ? isPrimary : mine;
    }

    private static boolean isOneStep(TokenAmount before, TokenAmount after) {
        var most = before.atto().divide(BigInteger.valueOf(8)).add(BigInteger.ONE);
        return after.atto().subtract(before.atto()).abs().compareTo(most) <= 0;
    }

    // ---- the miner's sectors ---------------------------------------------------------------------

    private Optional<Verdict.Lying> wrongSectors(Member member, List<Member> credible) {
        var count = member.lastCount();
        if (count.isEmpty()) {
            return Optional.empty();
        }
        long live = count.get().live();
        var votes = new LinkedHashMap<Long, Integer>();
        votes.put(live, 1);
        for (var other : credible) {
            OptionalLong its = other.equals(member)
                    ? OptionalLong.empty()
                    : other.countAt(count.get().key());
            its.ifPresent(value -> votes.merge(value, 1, Integer::sum));
        }
        // A node that lost a part of the state says "none"; none makes sectors up.
        if (isNotOutvoted(live, votes, () -> live > 0)) {
            return Optional.empty();
        }
        votes.remove(live);
        return Optional.of(new Verdict.Lying(
                Lie.WRONG_SECTORS,
                "it says that the miner has " + (live == 0 ? "no" : live) + " sectors, by others it is "
                        + votes.keySet()));
    }

    private static <V> boolean isNotOutvoted(V own, Map<V, Integer> votes, BooleanSupplier onTie) {
        int mine = votes.getOrDefault(own, 0);
        int most = others(own, votes).stream().mapToInt(n -> n).max().orElse(0);
        return mine > most || (mine == most && onTie.getAsBoolean());
    }

    private static <V> Collection<Integer> others(V own, Map<V, Integer> votes) {
        return votes.entrySet().stream()
                .filter(vote -> !vote.getKey().equals(own))
                .map(Map.Entry::getValue)
                .toList();
    }
}
