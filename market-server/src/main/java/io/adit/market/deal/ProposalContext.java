package io.adit.market.deal;

import io.adit.chain.node.CollateralBounds;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;

/**
 * What the chain and the node's own state say at the moment a proposal is checked.
 *
 * @param provider this miner's ID address
 * @param providerNamed what the proposal's provider resolves to
 * @param clientKey the key address behind the proposal's client
 * @param now the head's epoch
 * @param collateral what the market actor accepts as the provider's collateral for this size
 * @param clientEscrow what the client's escrow has free
 * @param stagedBytes bytes of pieces whose sector is not proven yet
 */
public record ProposalContext(
        Address provider,
        Address providerNamed,
        Address clientKey,
        Epoch now,
        CollateralBounds collateral,
        TokenAmount clientEscrow,
        long stagedBytes) {}
