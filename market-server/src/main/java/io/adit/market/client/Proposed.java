package io.adit.market.client;

import io.adit.chain.actor.ClientDealProposal;
import io.adit.market.deal.wire.DealResponse;
import java.util.UUID;

/**
 * A proposal and the provider's answer.
 *
 * @param uuid the client's name for the deal
 * @param response yes, or why not
 * @param proposal what was signed
 * @param protocol the deal protocol that both sides agreed on
 */
public record Proposed(UUID uuid, DealResponse response, ClientDealProposal proposal, String protocol) {}
