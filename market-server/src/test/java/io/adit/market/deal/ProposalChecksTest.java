package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.CollateralBounds;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.market.deal.ProposalVerdict.Accepted;
import io.adit.market.deal.ProposalVerdict.Rejected;
import io.adit.market.fetch.AddressRules;
import java.util.EnumSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProposalChecksTest {
    private static final UUID DEAL = new UUID(1, 2);

    private final ProposalChecks checks = new ProposalChecks(TestDeals.TERMS, new AddressRules(true));

    @Test
    void acceptsAGoodProposal() {
        assertThat(checks.check(
                        Proposals.good(DEAL),
                        context(Proposals.good(DEAL).proposal().proposal().provider(), 0)))
                .isEqualTo(new Accepted());
    }

    @ParameterizedTest
    @EnumSource
    void namesTheBrokenRule(Proposals bad) {
        var params = bad.params(DEAL);
        var context = context(
                params.proposal().proposal().provider(),
                bad == Proposals.STAGING_FULL ? TestDeals.TERMS.maxStagingBytes() : 0);

        var verdict = checks.check(params, context);

        assertThat(verdict).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.code()).isEqualTo(bad.code());
            assertThat(rejected.message())
                    .startsWith(bad.name() + ": ")
                    .contains(rejected.limit(), rejected.given(), rejected.remedy());
        });
    }

    @Test
    void everyRuleHasABadProposal() {
        var elsewhere = EnumSet.of(
                RejectionCode.MALFORMED_PROPOSAL,
                RejectionCode.UNKNOWN_CLIENT,
                RejectionCode.UUID_REUSED,
                RejectionCode.NOT_READY);
        var shown = EnumSet.noneOf(RejectionCode.class);
        for (var bad : Proposals.values()) {
            shown.add(bad.code());
        }

        assertThat(shown).isEqualTo(EnumSet.complementOf(elsewhere));
    }

    private static ProposalContext context(Address provider, long staged) {
        return new ProposalContext(
                TestDeals.MINER,
                provider,
                TestDeals.CLIENT.address(),
                new Epoch(TestDeals.NOW),
                new CollateralBounds(FakeMarketChain.MIN_COLLATERAL, TokenAmount.ofFil(1)),
                TokenAmount.ofFil(1),
                staged);
    }
}
