package io.adit.devnet.actor;

import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.proofs.ProofsError;
import io.adit.proofs.ProofsException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of one actor.
 *
 * @param chain what the actor may know of the chain
 * @param tree the state it runs on
 * @param origin the account that signed the message; {@link StateTree#SYSTEM} for cron
 * @param nonce that message's nonce
 * @param caller who called: an account or another actor
 * @param receiver the called actor
 * @param value attoFIL already moved to the receiver
 * @param gas the message's meter
 */
public record Invocation(
        ExecutionContext chain,
        StateTree tree,
        long origin,
        long nonce,
        long caller,
        long receiver,
        BigInteger value,
        GasMeter gas) {
    private static final Logger LOG = LoggerFactory.getLogger(Invocation.class);
    private static final Set<ProofsError> ABOUT_THE_INPUT =
            EnumSet.of(ProofsError.INVALID_INPUT, ProofsError.PROOF_FAILED, ProofsError.NATIVE_PANIC);

    /** A call from this receiver to another actor, without money. */
    Invocation callTo(long other) {
        return new Invocation(chain, tree, origin, nonce, receiver, other, BigInteger.ZERO, gas);
    }

    /** Runs a call whose failure must leave no trace in the state; the abort still reaches the caller. */
    <T> T isolated(Supplier<T> call) {
        var saved = tree.checkpoint();
        try {
            var result = call.get();
            tree.commit(saved);
            return result;
        } catch (ActorAbort abort) {
            tree.rollback(saved);
            throw abort;
        }
    }

    /**
     * Whether a proof holds. As in the real VM, input that the library cannot take, or that makes it panic, is a proof that
     * does not hold.
     */
    public static boolean holds(BooleanSupplier verification) {
        try {
            return verification.getAsBoolean();
        } catch (ProofsException failed) {
            if (!ABOUT_THE_INPUT.contains(failed.error())) {
                throw failed;
            }
            LOG.warn("a proof could not be verified and counts as wrong", failed);
            return false;
        }
    }

    void requireCaller(Collection<Long> allowed) {
        if (!allowed.contains(caller)) {
            throw ActorAbort.forbidden("caller f0" + caller + " is not one of supported");
        }
    }

    void requireCallerType(ActorType type) {
        if (tree.find(caller).map(entry -> entry.type() != type).orElse(true)) {
            throw ActorAbort.forbidden("caller f0" + caller + " is not a " + type.label());
        }
    }

    /** Moves money from the called actor. */
    void send(long to, BigInteger amount) {
        tree.transfer(receiver, to, amount);
    }

    void burn(BigInteger amount) {
        if (amount.signum() > 0) {
            send(StateTree.BURNT_FUNDS, amount);
        }
    }

    long resolve(Address address) {
        return tree.resolve(address)
                .orElseThrow(() -> ActorAbort.illegalArgument("failed to resolve address " + address));
    }

    /** Decodes a method's parameters as the real dispatch does: none at all is 16, wrong CBOR is 21. */
    static <T> T decode(byte[] params, Function<byte[], T> codec) {
        if (params.length == 0) {
            throw ActorAbort.illegalArgument("method expects arguments");
        }
        try {
            return codec.apply(params);
        } catch (InvalidValueException outOfRange) {
            // A bitfield that is not in its shortest form fails while the parameters are read, other values later.
            if (outOfRange.what().startsWith("bitfield")) {
                throw ActorAbort.serialization(outOfRange);
            }
            throw ActorAbort.illegalArgument(String.valueOf(outOfRange.getMessage()));
        } catch (AditException | IllegalArgumentException malformed) {
            throw ActorAbort.serialization(malformed);
        }
    }

    /** attoFIL in circulation now: what genesis gave and blocks paid, less what is burnt or locked. */
    BigInteger circulatingSupply() {
        return circulatingSupply(tree, chain.genesisSupply());
    }

    /** As the method of an invocation, for queries. */
    public static BigInteger circulatingSupply(StateTree tree, BigInteger genesisSupply) {
        return genesisSupply
                .add(tree.read(StateTree.REWARD, RewardState.class).paid())
                .subtract(tree.balance(StateTree.BURNT_FUNDS))
                .subtract(tree.read(StateTree.POWER, PowerState.class).pledge())
                .subtract(tree.read(StateTree.MARKET, MarketState.class).totalLocked());
    }

    static List<Long> several(Collection<Long> some, long... more) {
        var all = new ArrayList<>(some);
        for (long id : more) {
            all.add(id);
        }
        return all;
    }
}
