package io.adit.devnet.actor;

import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.ExecParams;
import io.adit.chain.actor.MultisigConstructorParams;
import io.adit.core.fil.Address;
import java.math.BigInteger;
import java.util.Optional;

/** The init actor (f01): makes multisigs; the other kinds come from genesis or from the power actor. */
final class InitActor {
    private static final long GAS = 6_000_000;

    private InitActor() {}

    static byte[] invoke(Invocation in, long method, byte[] params) {
        if (method == ExecParams.METHOD) {
            return exec(in, Invocation.decode(params, ExecParams::fromCbor));
        }
        throw ActorAbort.unhandled(method);
    }

    private static byte[] exec(Invocation in, ExecParams params) {
        in.gas().charge(GAS);
        if (!ActorCode.type(params.code()).equals(Optional.of(ActorType.MULTISIG))) {
            throw ActorAbort.forbidden("called type " + params.code() + " cannot be exec'd");
        }
        var asked = Invocation.decode(params.constructorParams(), MultisigConstructorParams::fromCbor);
        var robust = PowerActor.robustAddress(in);
        long id = in.tree().write(StateTree.INIT, InitState.class).allocate();
        var state = MultisigActor.construct(in, asked);
        in.tree().put(id, new ActorEntry(ActorType.MULTISIG, state, 0, BigInteger.ZERO, Optional.of(robust)));
        in.send(id, in.value());
        return new CreateMinerReturn(Address.ofId(id), robust).toCbor();
    }
}
