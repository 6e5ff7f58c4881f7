package io.adit.devnet.node;

import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.devnet.actor.ActorEntry;
import io.adit.devnet.actor.ActorType;
import io.adit.devnet.actor.MinerState;
import io.adit.devnet.actor.NetworkFigures;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.chain.Link;
import java.math.BigInteger;

/** What all groups of answers look things up with. */
interface Answers {
    /** The chain and everything on it. */
    Ledger ledger();

    static RpcException failed(String message) {
        return RpcException.answered("", RpcException.APPLICATION_ERROR, message);
    }

    static RpcException noActor() {
        return RpcException.answered("", RpcException.ACTOR_NOT_FOUND, "actor not found");
    }

    /** The link of a tipset key. */
    default Link link(TipSetKey key) {
        if (key.isEmpty()) {
            return ledger().shownHead();
        }
        return ledger().chain()
                .find(key)
                .orElseThrow(() -> failed("loading tipset " + key.cids() + ": ipld: could not find "
                        + key.cids().getFirst()));
    }

    /** The state that counts for a tipset. */
    default StateTree state(TipSetKey key) {
        return link(key).before();
    }

    static long id(StateTree state, Address address) {
        return state.resolve(address).orElseThrow(Answers::noActor);
    }

    static ActorEntry actor(StateTree state, Address address) {
        return state.find(id(state, address)).orElseThrow(Answers::noActor);
    }

    static MinerState miner(StateTree state, Address address) {
        var entry = actor(state, address);
        if (entry.type() != ActorType.MINER) {
            throw failed("failed to load miner actor: actor code is not miner: "
                    + entry.type().label());
        }
        return (MinerState) entry.state();
    }

    default NetworkFigures figures(TipSetKey key) {
        return NetworkFigures.of(state(key), io.adit.devnet.actor.Genesis.supply());
    }

    /** Lotus answers deposits and pledges with a tenth added, so that they still suffice some epochs later. */
    static BigInteger withMargin(BigInteger amount) {
        return amount.multiply(BigInteger.valueOf(110)).divide(BigInteger.valueOf(100));
    }
}
