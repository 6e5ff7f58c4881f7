package io.adit.chain.node.rpc;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.MarketDeal;
import io.adit.chain.node.RpcException;
import java.util.Optional;

/** Turns an empty answer back into the error that Lotus gives where its answer cannot be null. */
final class Serving {

    private Serving() {}

    static Optional<ActorState> actorOrError(Optional<ActorState> actor) {
        if (actor.isEmpty()) {
            throw RpcException.answered("StateGetActor", RpcException.ACTOR_NOT_FOUND, "actor not found");
        }
        return actor;
    }

    static Optional<MarketDeal> dealOrError(long dealId, Optional<MarketDeal> deal) {
        if (deal.isEmpty()) {
            throw RpcException.answered(
                    "StateMarketStorageDeal",
                    RpcException.APPLICATION_ERROR,
                    "deal " + Long.toUnsignedString(dealId)
                            + " not found - deal may not have completed sealing before deal proposal "
                            + "start epoch, or deal may have been slashed");
        }
        return deal;
    }
}
