package io.adit.market.policy;

import io.adit.chain.node.CollateralBounds;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Set;

/**
 * What the operator, the chain and the node's own state say at the moment a proposal is checked.
 *
 * @param terms what the provider takes
 * @param provider this miner's ID address
 * @param providerNamed what the proposal's provider resolves to
 * @param clientKey the key address behind the proposal's client
 * @param clientNames every address that the client is known by
 * @param now the head's epoch
 * @param collateral what the market actor accepts as the provider's collateral for this size
 * @param clientEscrow what the client's escrow has free
 * @param clientStagedBytes of {@link Load#stagedBytes} those of this client
 * @param clientDealsUnderWay of {@link Load#dealsUnderWay} those of this client
 * @param load what the provider is busy with
 */
@RecordBuilder
public record ProposalContext(
        DealTerms terms,
        Address provider,
        Address providerNamed,
        Address clientKey,
        Set<Address> clientNames,
        Epoch now,
        CollateralBounds collateral,
        TokenAmount clientEscrow,
        long clientStagedBytes,
        int clientDealsUnderWay,
        Load load)
        implements ProposalContextBuilder.With {
    public ProposalContext {
        clientNames = Set.copyOf(clientNames);
    }

    /**
     * What the provider is busy with.
     *
     * @param stagedBytes bytes of pieces whose sector is not proven yet
     * @param dealsUnderWay deals between acceptance and a proven sector
     * @param queuedBytes padded bytes of deals that are accepted and have no sector yet
     * @param sealingSectors sectors between the first piece and the proof's message
     */
    public record Load(long stagedBytes, int dealsUnderWay, long queuedBytes, int sealingSectors) {
        /** Nothing to do. */
        public static final Load IDLE = new Load(0, 0, 0, 0);
    }
}
