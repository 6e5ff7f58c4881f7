package io.adit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.PublishStorageDealsParams;
import io.adit.chain.actor.PublishStorageDealsReturn;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.PrivateKey;
import io.adit.core.time.SimulatedTimeline;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.policy.ProposalVerdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the invariants of deals must not be quiet about, and that nodes which are broken on purpose are noticed by them. */
class DealInvariantsTest {
    private static final PrivateKey CLIENT = World.controlKeys().getFirst();
    private static final Address WORKER = World.workerKey().address();
    private static final MessageReceipt FAILED = new MessageReceipt(16, new byte[0], 1, Optional.empty());

    private final Breaches breaches = new Breaches(() -> 7);
    private final List<ClientDeal> deals = new ArrayList<>();

    private static ClientDeal deal(int number) {
        var data = new byte[200 + number];
        var piece = CommP.of(data);
        var proposal = new DealProposal(
                piece.pieceCidV1(),
                piece.size().bytes(),
                false,
                CLIENT.address(),
                Address.ofId(1001),
                new DealLabel.Text("deal " + number),
                new Epoch(100),
                new Epoch(600_000),
                TokenAmount.ofAtto(1),
                TokenAmount.ofFil(1),
                TokenAmount.ZERO);
        var params = new DealParams(
                new UUID(1, number),
                false,
                new ClientDealProposal(proposal, CLIENT.sign(proposal.toCbor())),
                Cid.rawSha256(data),
                new Transfer(data.length, "http", new byte[0], ""),
                false,
                false);
        return new ClientDeal(new DealWish(number, 256, false, 100, DealWish.Way.SOUND, false), params, data);
    }

    private static SignedMessage publishing(int nonce, ClientDeal... some) {
        var proposals =
                List.of(some).stream().map(deal -> deal.params().proposal()).toList();
        var message = new Message(
                0,
                Actor.MARKET,
                WORKER,
                nonce,
                TokenAmount.ZERO,
                1,
                TokenAmount.ZERO,
                TokenAmount.ZERO,
                MarketMethod.PUBLISH_STORAGE_DEALS.number(),
                new PublishStorageDealsParams(proposals).toCbor());
        return new SignedMessage(message, CLIENT.sign(message.signingBytes()));
    }

    private static MessageReceipt taking(Long... indices) {
        var answer = new PublishStorageDealsReturn(List.of(indices), BitField.of(List.of(indices)));
        return new MessageReceipt(0, answer.toCbor(), 1, Optional.empty());
    }

    @Test
    void dealThatIsPublishedAgain_isNoticed_andNotOneThatAReorgTookBack() {
        var invariant = new DealsPublishedOnce(breaches, new Coverage());
        var first = publishing(1, deal(0), deal(1));
        invariant.executed(first, taking(0L));
        invariant.undone(first, taking(0L));
        invariant.executed(publishing(2, deal(0)), taking(0L));
        invariant.executed(publishing(3, deal(1)), FAILED);
        invariant.executed(publishing(4, deal(1)), taking(0L));
        assertThat(breaches.words()).isEmpty();

        invariant.executed(publishing(5, deal(1)), taking(0L));
        invariant.executed(publishing(6, deal(0)), FAILED);
        assertThat(breaches.words())
                .hasSize(2)
                .satisfies(words -> assertThat(words.getFirst()).contains("is published a second time"))
                .satisfies(words -> assertThat(words.getLast()).contains("was named once more, in vain"));
    }

    @Test
    void lockedMoneyThatNoDealNeeds_isNoticed_andDealsThatNobodyProposed() {
        var timeline = new SimulatedTimeline(Instant.EPOCH, new SplittableRandom(1));
        var proofs =
                new SimulatedProofs(timeline, new SimulatedDisks(timeline, 1), new SplittableRandom(1), new Coverage());
        try (var world = World.make(Instant.EPOCH, proofs, 1)) {
            var invariant = new EscrowBacksDeals(breaches, world, () -> deals);
            deals.add(deal(0));
            var onChain = List.of(at(world.miner(), deal(0)));
            invariant.judge(onChain, TokenAmount.ofFil(1), TokenAmount.ofFil(1));
            assertThat(breaches.words()).isEmpty();

            invariant.judge(onChain, TokenAmount.ofFil(3), TokenAmount.ofFil(2));
            invariant.judge(List.of(at(world.miner(), deal(1))), TokenAmount.ofFil(1), TokenAmount.ofFil(1));
            assertThat(breaches.words()).hasSize(3);
            assertThat(breaches.words().get(0)).contains("locked for deals that need");
            assertThat(breaches.words().get(1)).contains("holds 3 FIL for deals that need 1 FIL");
            assertThat(breaches.words().get(2)).contains("nobody proposed");
        }
    }

    private static DealProposal at(Address miner, ClientDeal deal) {
        var proposal = deal.params().proposal().proposal();
        return proposal.withVerifiedDeal(false).withClient(Address.ofId(77)).withProvider(miner);
    }

    @Test
    void acknowledgedDealThatTheStoreDoesNotHave_isNoticed() throws Exception {
        try (var run = new RunStore()) {
            var invariant = new DealsKept(breaches, run.emptied(), () -> deals, () -> 5);
            deals.add(deal(0));
            invariant.starting();
            assertThat(breaches.words()).as("nobody was told anything").isEmpty();

            deals.getFirst().answered(new ProposalVerdict.Accepted(), 5);
            invariant.starting();
            assertThat(breaches.words()).singleElement().asString().contains("was accepted and is no longer known");
        }
    }
}
