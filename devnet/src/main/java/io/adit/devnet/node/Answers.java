package io.adit.devnet.node;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.actor.ActorCode;
import io.adit.devnet.actor.ActorEntry;
import io.adit.devnet.actor.ActorType;
import io.adit.devnet.actor.Genesis;
import io.adit.devnet.actor.MinerState;
import io.adit.devnet.actor.NetworkFigures;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.chain.Link;
import io.adit.devnet.chain.StateDroppedException;
import java.math.BigInteger;
import java.util.Optional;
import java.util.function.Supplier;

/** What all groups of answers look things up with. */
interface Answers {
    /** Longest time that a question which waits for an epoch is kept waiting. */
    long LONGEST_WAIT_MILLIS = 600_000;

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
        return before(link(key));
    }

    /** As {@link Link#before()}, in Lotus's words when the state is too old. */
    static StateTree before(Link link) {
        return kept(link::before);
    }

    /** As {@link Link#after()}, in Lotus's words when the state is too old. */
    static StateTree after(Link link) {
        return kept(link::after);
    }

    private static StateTree kept(Supplier<StateTree> state) {
        try {
            return state.get();
        } catch (StateDroppedException dropped) {
            throw failed(String.valueOf(dropped.getMessage()));
        }
    }

    /** Waits for an epoch to begin. */
    default void awaitEpoch(Epoch epoch) {
        try {
            ledger().await(() -> ledger().now() >= epoch.value(), LONGEST_WAIT_MILLIS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw failed("context canceled");
        }
    }

    /** An actor as Lotus shows it; empty where there is none. */
    default Optional<ActorState> actorState(StateTree state, long id) {
        long version = ledger().chain().settings().networkVersion();
        return state.find(id)
                .map(entry -> new ActorState(
                        ActorCode.cid(entry.type(), version),
                        state.head(id),
                        entry.nonce(),
                        new TokenAmount(entry.balance()),
                        Optional.empty()));
    }

    static long id(StateTree state, Address address) {
        return state.resolve(address).orElseThrow(Answers::noActor);
    }

    static ActorEntry actor(StateTree state, Address address) {
        return state.find(id(state, address)).orElseThrow(Answers::noActor);
    }

    /** The state of a miner. Lotus wraps its errors here, so that an absent actor has the code of any other failure. */
    static MinerState miner(StateTree state, Address address) {
        var entry = state.resolve(address)
                .flatMap(state::find)
                .orElseThrow(() -> failed("failed to load miner actor: actor not found"));
        if (entry.type() != ActorType.MINER) {
            throw failed("failed to load miner actor state: actor code is not miner: "
                    + entry.type().label());
        }
        return (MinerState) entry.state();
    }

    default NetworkFigures figures(TipSetKey key) {
        return NetworkFigures.of(state(key), Genesis.supply());
    }

    /** Lotus answers deposits and pledges with a tenth added, so that they still suffice some epochs later. */
    static BigInteger withMargin(BigInteger amount) {
        return amount.multiply(BigInteger.valueOf(110)).divide(BigInteger.valueOf(100));
    }
}
