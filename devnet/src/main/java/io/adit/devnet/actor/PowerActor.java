package io.adit.devnet.actor;

import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.Frc42;
import io.adit.chain.actor.PowerMethod;
import io.adit.chain.actor.ProvingPeriodOffset;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.ipld.CborWriter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The storage power actor (f04): creates miners. Claims are changed by the miner actor's own classes. */
final class PowerActor {
    private static final long CREATE_MINER_EXPORTED = Frc42.methodNumber("CreateMiner");

    private PowerActor() {}

    static byte[] invoke(Invocation in, long method, byte[] params) {
        if (method == PowerMethod.CREATE_MINER.number() || method == CREATE_MINER_EXPORTED) {
            return createMiner(in, Invocation.decode(params, CreateMinerParams::fromCbor));
        }
        throw ActorAbort.unhandled(method);
    }

    private static byte[] createMiner(Invocation in, CreateMinerParams params) {
        in.gas().charge(25_000_000);
        var proof = windowProof(params.windowPoStProofType());
        MinerActor.checkPeer(params.peer(), params.multiaddrs());
        long owner = in.tree()
                .resolve(params.owner())
                .orElseThrow(() -> ActorAbort.illegalArgument("unable to resolve address: " + params.owner()));
        long worker = MinerActor.resolveWorker(in.tree(), params.worker());
        var deposit = NetworkFigures.of(in).creationDeposit(proof.sectorSize().bytes());
        if (in.value().compareTo(deposit) < 0) {
            throw ActorAbort.insufficientFunds("not enough balance to lock for create miner deposit: sent " + in.value()
                    + " < required " + deposit);
        }
        long id = in.tree().write(StateTree.INIT, InitState.class).allocate();
        var robust = robustAddress(in);
        var miner = newMiner(in.chain(), id, proof, owner, worker, params.peer(), params.multiaddrs());
        in.tree().put(id, new ActorEntry(ActorType.MINER, miner, 0, BigInteger.ZERO, Optional.of(robust)));
        in.tree().write(StateTree.POWER, PowerState.class).register(id);
        in.tree().transfer(StateTree.POWER, id, in.value());
        lockDeposit(in, id, deposit);
        return new CreateMinerReturn(Address.ofId(id), robust).toCbor();
    }

    private static RegisteredPoStProof windowProof(long number) {
        boolean known = number == RegisteredPoStProof.STACKED_DRG_WINDOW_2KIB_V1_1.number()
                || number == RegisteredPoStProof.STACKED_DRG_WINDOW_8MIB_V1_1.number();
        if (!known) {
            throw ActorAbort.illegalArgument("proof type " + number + " not allowed for new miner actors");
        }
        try {
            return RegisteredPoStProof.fromNumber(number);
        } catch (AditException impossible) {
            throw ActorAbort.illegalArgument("unknown proof type " + number);
        }
    }

    /**
     * The address that survives a reorg, as the real machine makes it: the sender's key address as CBOR, its nonce, and how
     * many actors this message made before.
     */
    static Address robustAddress(Invocation in) {
        var origin = in.tree().get(in.origin()).robust().orElse(Address.ofId(in.origin()));
        var sender = new CborWriter().bytes(origin.bytes()).toByteArray();
        return Address.actor(ByteBuffer.allocate(sender.length + 2 * Long.BYTES)
                .put(sender)
                .putLong(in.nonce())
                .putLong(0)
                .array());
    }

    static MinerState newMiner(
            ExecutionContext chain,
            long id,
            RegisteredPoStProof proof,
            long owner,
            long worker,
            byte[] peer,
            List<byte[]> multiaddrs) {
        var policy = chain.policy();
        long offset = ProvingPeriodOffset.of(Address.ofId(id), new Epoch(chain.epoch()), policy.provingPeriod());
        return new MinerState(proof, offset, policy.deadlines(), owner, worker, List.of(), peer, multiaddrs);
    }

    /** FIP-0077: the deposit vests like a reward. */
    private static void lockDeposit(Invocation in, long id, BigInteger deposit) {
        var state = in.tree().write(id, MinerState.class);
        var locked = MinerFunds.lock(state, deposit, in.chain().epoch(), 0);
        in.tree().write(StateTree.POWER, PowerState.class).changePledge(locked);
    }
}
