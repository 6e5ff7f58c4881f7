package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.CollateralBounds;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.DealRule;
import io.adit.market.policy.FetchPace;
import io.adit.market.policy.ProposalChecks;
import io.adit.market.policy.ProposalContext;
import io.adit.market.policy.ProposalContext.Load;
import io.adit.market.policy.ProposalVerdict.Accepted;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProposalChecksTest {
    private static final UUID DEAL = new UUID(1, 2);

    @Test
    void acceptsAGoodProposal() {
        assertThat(ProposalChecks.check(Proposals.good(DEAL), context(Proposals.good(DEAL))))
                .isEqualTo(new Accepted());
    }

    @ParameterizedTest
    @EnumSource
    void namesTheBrokenRule(Proposals bad) {
        var params = bad.params(DEAL);

        var verdict = ProposalChecks.check(params, bad.in(context(params)));

        assertThat(verdict).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.code()).isEqualTo(bad.code());
            assertThat(rejected.message())
                    .startsWith(bad.name() + ": ")
                    .contains(rejected.limit(), rejected.given(), rejected.remedy());
        });
    }

    @ParameterizedTest
    @EnumSource
    void aDryRunFindsWhatIsBroken_andAnswersOnEverythingElse(Proposals bad) {
        var params = bad.params(DEAL);

        var found = ProposalChecks.all(params, bad.in(context(params)), Set.of());

        assertThat(found).extracting(Rejected::code).contains(bad.code()).doesNotHaveDuplicates();
    }

    @Test
    void aDryRunNamesEverythingThatIsBroken() {
        var params = Proposals.PRICE_TOO_LOW.params(DEAL);
        var context = Proposals.CLIENT_DENIED.in(Proposals.TOO_MANY_DEALS.in(context(params)));

        assertThat(ProposalChecks.all(params, context, Set.of()))
                .extracting(Rejected::code)
                .containsExactly(
                        RejectionCode.CLIENT_DENIED, RejectionCode.PRICE_TOO_LOW, RejectionCode.TOO_MANY_DEALS);
        assertThat(ProposalChecks.all(params, context, Set.of(DealRule.PRICE, DealRule.UNDER_WAY)))
                .extracting(Rejected::code)
                .containsExactly(RejectionCode.CLIENT_DENIED);
    }

    @Test
    void aDealIsRefusedEarly_whenWhatIsAheadOfItTakesTooLong() {
        // Ten epochs a sector; the good deal starts in 100 epochs, 20 of which are the buffer.
        var params = Proposals.good(DEAL);
        var quick = context(params).withTerms(TestDeals.TERMS.withSectorsPerDay(288));

        assertThat(ProposalChecks.check(params, quick.withLoad(new Load(0, 0, 3 * 2048, 5))))
                .isEqualTo(new Accepted());
        assertThat(ProposalChecks.check(params, quick.withLoad(new Load(0, 0, 3 * 2048, 6))))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.limit())
                                .startsWith(
                                        "at least 1110 (now 1000, 20 epochs to transfer and seal, and 90 for the 9 sectors"));
    }

    @Test
    void aDealIsRefusedEarly_whenItsDataCannotBeFetchedInTime() {
        // The good deal starts at 1100, and 14 epochs before it has to be published.
        var params = Proposals.good(DEAL);
        var data = TestDeals.signed(
                DEAL,
                params.proposal().proposal(),
                TestDeals.CLIENT,
                TestDeals.transfer(1000, "http://127.0.0.1:1/a.car"));
        var context = context(params);

        // 1000 bytes at 1 a second are 33 epochs.
        var slow = context.withTerms(TestDeals.TERMS.withPace(new FetchPace(1)));
        assertThat(ProposalChecks.check(data, slow)).isEqualTo(new Accepted());
        assertThat(ProposalChecks.check(data, slow.withNow(new Epoch(1053)))).isEqualTo(new Accepted());
        assertThat(ProposalChecks.check(data, slow.withNow(new Epoch(1054))))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.code()).isEqualTo(RejectionCode.TRANSFER_TOO_LONG);
                    assertThat(rejected.limit())
                            .isEqualTo("at least 1101 (now 1054, 33 epochs to fetch 1000 bytes at 1 bytes a second,"
                                    + " and 14 to publish and seal)");
                    assertThat(rejected.given()).isEqualTo("1100");
                });
        var offline = new DealParams(DEAL, true, data.proposal(), data.dataRoot(), data.transfer(), false, false);
        assertThat(ProposalChecks.check(offline, slow.withNow(new Epoch(1054)))).isEqualTo(new Accepted());
    }

    /** It would be given up at once. */
    @Test
    void aDealIsRefused_whenSealingTakesLongerThanTheStartBuffer() {
        var params = Proposals.good(DEAL);
        var slow = context(params).withTerms(TestDeals.TERMS.withPublishAndSeal(101));

        assertThat(ProposalChecks.check(params, slow)).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.code()).isEqualTo(RejectionCode.START_TOO_SOON);
            assertThat(rejected.limit()).startsWith("at least 1101 (now 1000 and 101 epochs");
        });
    }

    @Test
    void everyRuleHasABadProposal() {
        var elsewhere = EnumSet.of(
                RejectionCode.MALFORMED_PROPOSAL,
                RejectionCode.UNKNOWN_CLIENT,
                RejectionCode.UUID_REUSED,
                RejectionCode.FILTER_REJECTED,
                RejectionCode.NOT_READY);
        // What only a direct deal of the HTTP market can have wrong.
        elsewhere.addAll(EnumSet.range(RejectionCode.MALFORMED_DEAL, RejectionCode.TOO_MANY_REQUESTS));
        var shown = EnumSet.noneOf(RejectionCode.class);
        for (var bad : Proposals.values()) {
            shown.add(bad.code());
        }

        assertThat(shown).isEqualTo(EnumSet.complementOf(elsewhere));
    }

    @Test
    void aClientIsFoundInAList_byAnyOfItsAddresses() {
        var params = Proposals.good(DEAL);
        var named = context(params).withClientNames(Set.of(TestDeals.CLIENT.address(), Address.ofId(5)));
        var fifth = Set.of(Address.ofId(5));

        assertThat(ProposalChecks.check(params, named.withTerms(TestDeals.TERMS.withAllowed(fifth))))
                .isEqualTo(new Accepted());
        assertThat(ProposalChecks.check(params, named.withTerms(TestDeals.TERMS.withDenied(fifth))))
                .isInstanceOf(Rejected.class);
        assertThat(TestDeals.TERMS.withDenied(fifth).namesClientsById()).isTrue();
        assertThat(TestDeals.TERMS
                        .withDenied(Set.of(TestDeals.CLIENT.address()))
                        .namesClientsById())
                .isFalse();
    }

    private static ProposalContext context(DealParams params) {
        return new ProposalContext(
                TestDeals.TERMS,
                TestDeals.MINER,
                params.proposal().proposal().provider(),
                TestDeals.CLIENT.address(),
                Set.of(TestDeals.CLIENT.address()),
                new Epoch(TestDeals.NOW),
                new CollateralBounds(FakeMarketChain.MIN_COLLATERAL, TokenAmount.ofFil(1)),
                TokenAmount.ofFil(1),
                0,
                0,
                Load.IDLE);
    }
}
