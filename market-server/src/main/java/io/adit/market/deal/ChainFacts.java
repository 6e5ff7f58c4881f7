package io.adit.market.deal;

import io.adit.chain.node.CollateralBounds;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.ClientTotals;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.ProposalContext;
import io.adit.market.policy.ProposalContext.Load;
import java.util.Set;

/**
 * What the chain and the policy said about a proposal when it came.
 *
 * @param provider this miner
 * @param providerNamed what the proposal's provider resolves to
 * @param clientKey the key behind the proposal's client
 * @param clientNames every address that the client is known by
 */
record ChainFacts(
        DealTerms terms,
        Address provider,
        Address providerNamed,
        Address clientKey,
        Set<Address> clientNames,
        Epoch now,
        CollateralBounds collateral) {
    ProposalContext context(TokenAmount clientEscrow, ClientTotals ofClient, Load load) {
        return new ProposalContext(
                terms,
                provider,
                providerNamed,
                clientKey,
                clientNames,
                now,
                collateral,
                clientEscrow,
                ofClient.transferBytes(),
                ofClient.deals(),
                load);
    }
}
