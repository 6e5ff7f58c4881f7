package io.adit.market.deal;

import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.ClientTotals;
import io.adit.core.state.StateStore;
import io.adit.core.state.Tx;
import io.adit.core.task.CrashPoints;
import io.adit.core.task.NewTask;
import io.adit.core.task.TaskPriority;
import io.adit.core.time.Timeline;
import io.adit.market.policy.ProposalChecks;
import io.adit.market.policy.ProposalContext;
import io.adit.market.policy.ProposalContext.Load;
import io.adit.market.policy.ProposalVerdict;
import io.adit.market.policy.ProposalVerdict.Accepted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where room and escrow are counted and taken, so that no two proposals get the same of either. Proposals that wait for that at
 * one time are decided in their order and stored in one transaction; none is answered before it is on disk.
 */
final class Admission {
    /** As many as are read at once. */
    private static final int TOGETHER = 64;

    private final StateStore store;
    private final MarketChain chain;
    private final Timeline timeline;
    private final SharedTurn<Candidate, ProposalVerdict> turn;

    Admission(StateStore store, MarketChain chain, Timeline timeline) {
        this.store = store;
        this.chain = chain;
        this.timeline = timeline;
        this.turn = new SharedTurn<>(timeline.newLock(), TOGETHER, this::decide);
    }

    /** A proposal that only has to be counted. */
    private record Candidate(Asking asking, ChainFacts facts) {}

    /** Decides and, if it is accepted, stores a proposal. */
    ProposalVerdict decide(Asking asking, ChainFacts facts) {
        return turn.answer(new Candidate(asking, facts));
    }

    /** What a proposal is held against at this moment. */
    ProposalContext context(Asking asking, ChainFacts facts) {
        return new Counts(List.of(new Candidate(asking, facts))).context(facts);
    }

    private List<ProposalVerdict> decide(List<Candidate> candidates) {
        var counts = new Counts(candidates);
        var verdicts = new ArrayList<ProposalVerdict>();
        for (var candidate : candidates) {
            verdicts.add(counts.decide(candidate));
        }
        if (verdicts.stream().noneMatch(Accepted.class::isInstance)) {
            return verdicts;
        }
        var stored = store.transact(tx -> {
            var answers = new ArrayList<ProposalVerdict>();
            for (int i = 0; i < candidates.size(); i++) {
                var verdict = verdicts.get(i);
                answers.add(
                        verdict instanceof Accepted
                                ? accept(tx, candidates.get(i)).orElse(verdict)
                                : verdict);
            }
            return answers;
        });
        CrashPoints.reach("deal.accepted");
        return stored;
    }

    /** What was answered before, if it is known by now; else it is stored. */
    private Optional<ProposalVerdict> accept(Tx tx, Candidate candidate) {
        var asking = candidate.asking();
        var known = DealDesk.known(tx, asking);
        if (known.isEmpty()) {
            var uuid = asking.params().uuid();
            // Under its key: one account has several names, and one escrow, one share of the room and of the
            // connection.
            var client = candidate.facts().clientKey();
            StoredDeals.accept(tx, asking.record().apply(timeline.instant()).withClient(client));
            tx.tasks().enqueue(new NewTask(FetchTask.KIND, uuid.toString(), "{}", TaskPriority.DEAL));
        }
        return known;
    }

    /** What there is room for, less with each proposal that is accepted. */
    private final class Counts {
        private final Map<Asking, ProposalVerdict> known = new HashMap<>();
        // By the clients' keys.
        private final Map<Address, TokenAmount> free = new HashMap<>();
        private final Map<Address, ClientTotals> staged = new HashMap<>();
        private Load load;

        Counts(List<Candidate> candidates) {
            // What is promised before what is free: a deal that the market locks funds for in between counts twice, not
            // never.
            load = store.read(tx -> {
                for (var candidate : candidates) {
                    var asking = candidate.asking();
                    DealDesk.known(tx, asking).ifPresent(verdict -> known.put(asking, verdict));
                    free.computeIfAbsent(
                            candidate.facts().clientKey(),
                            client -> TokenAmount.ZERO.minus(StoredDeals.promised(tx, client)));
                }
                for (var candidate : candidates) {
                    var facts = candidate.facts();
                    staged.computeIfAbsent(facts.clientKey(), key -> StoredDeals.staged(tx, facts.clientNames()));
                }
                return StoredDeals.load(tx);
            });
            free.replaceAll((client, promised) -> chain.escrow(client).plus(promised));
        }

        ProposalContext context(ChainFacts facts) {
            return facts.context(
                    free.getOrDefault(facts.clientKey(), TokenAmount.ZERO),
                    staged.getOrDefault(facts.clientKey(), ClientTotals.NONE),
                    load);
        }

        ProposalVerdict decide(Candidate candidate) {
            var asking = candidate.asking();
            var before = known.get(asking);
            if (before != null) {
                return before;
            }
            var verdict = ProposalChecks.check(asking.params(), context(candidate.facts()), asking.leftOut());
            if (verdict instanceof Accepted) {
                take(asking, candidate.facts());
            }
            return verdict;
        }

        private void take(Asking asking, ChainFacts facts) {
            var proposal = asking.params().proposal().proposal();
            free.computeIfPresent(facts.clientKey(), (client, left) -> left.minus(proposal.clientBalanceRequirement()));
            staged.computeIfPresent(
                    facts.clientKey(),
                    (key, totals) -> totals.with(asking.params().bytesExpected()));
            load = new Load(
                    load.stagedBytes() + asking.params().bytesExpected(),
                    load.dealsUnderWay() + 1,
                    load.queuedBytes() + proposal.pieceSize(),
                    load.sealingSectors());
        }
    }
}
