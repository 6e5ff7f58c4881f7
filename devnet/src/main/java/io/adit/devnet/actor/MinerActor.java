package io.adit.devnet.actor;

import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.actor.ChangeBeneficiaryParams;
import io.adit.chain.actor.ChangeMultiaddrsParams;
import io.adit.chain.actor.ChangeOwnerAddressParams;
import io.adit.chain.actor.ChangePeerIdParams;
import io.adit.chain.actor.ChangeWorkerAddressParams;
import io.adit.chain.actor.CompactSectorNumbersParams;
import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.DisputeWindowedPoStParams;
import io.adit.chain.actor.GetControlAddressesReturn;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.actor.TerminateSectorsParams;
import io.adit.chain.actor.WithdrawBalanceParams;
import io.adit.chain.actor.WithdrawBalanceReturn;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborWriter;
import io.adit.devnet.policy.ProtocolLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The storage miner actor: dispatch, keys, addresses and money. Sealing and proving have classes of their own. */
final class MinerActor {
    /** What reading and writing the miner's own record costs, near the recorded ChangePeerID of 5.0 M in all. */
    private static final long CHANGE_GAS = 4_300_000;

    private MinerActor() {}

    static byte[] invoke(Invocation in, long method, byte[] params) {
        var known = MinerMethod.ofNumber(method)
                .filter(in.chain().rules()::has)
                .orElseThrow(() -> ActorAbort.unhandled(method));
        return switch (known) {
            case CONTROL_ADDRESSES -> controlAddresses(in);
            case GET_OWNER -> owner(in);
            case CHANGE_WORKER_ADDRESS ->
                changeWorker(in, Invocation.decode(params, ChangeWorkerAddressParams::fromCbor));
            case CHANGE_PEER_ID -> changePeerId(in, Invocation.decode(params, ChangePeerIdParams::fromCbor));
            case CHANGE_MULTIADDRS -> changeMultiaddrs(in, Invocation.decode(params, ChangeMultiaddrsParams::fromCbor));
            case CONFIRM_CHANGE_WORKER_ADDRESS -> confirmWorker(in);
            case CHANGE_OWNER_ADDRESS -> changeOwner(in, Invocation.decode(params, ChangeOwnerAddressParams::fromCbor));
            case CHANGE_BENEFICIARY ->
                MinerBeneficiary.change(in, Invocation.decode(params, ChangeBeneficiaryParams::fromCbor));
            case GET_BENEFICIARY -> MinerBeneficiary.get(in);
            case COMPACT_SECTOR_NUMBERS ->
                compactNumbers(in, Invocation.decode(params, CompactSectorNumbersParams::fromCbor));
            case WITHDRAW_BALANCE -> withdraw(in, Invocation.decode(params, WithdrawBalanceParams::fromCbor));
            case REPAY_DEBT -> repayDebt(in);
            case SUBMIT_WINDOWED_POST ->
                MinerProving.submit(in, Invocation.decode(params, SubmitWindowedPoStParams::fromCbor));
            case TERMINATE_SECTORS ->
                MinerTermination.terminate(in, Invocation.decode(params, TerminateSectorsParams::fromCbor));
            case DECLARE_FAULTS -> MinerFaults.declare(in, Invocation.decode(params, DeclareFaultsParams::fromCbor));
            case DECLARE_FAULTS_RECOVERED ->
                MinerFaults.recover(in, Invocation.decode(params, DeclareFaultsRecoveredParams::fromCbor));
            case DISPUTE_WINDOWED_POST ->
                MinerDispute.dispute(in, Invocation.decode(params, DisputeWindowedPoStParams::fromCbor));
            case PRE_COMMIT_SECTOR_BATCH2 ->
                MinerPreCommit.batch(in, Invocation.decode(params, PreCommitSectorBatch2Params::fromCbor));
            case PROVE_COMMIT_SECTORS3 ->
                MinerProveCommit.prove(in, Invocation.decode(params, ProveCommitSectors3Params::fromCbor));
            default -> throw ActorAbort.unhandled(method);
        };
    }

    private static MinerState write(Invocation in) {
        return in.tree().write(in.receiver(), MinerState.class);
    }

    private static byte[] controlAddresses(Invocation in) {
        in.gas().charge(1_000_000);
        var state = in.tree().read(in.receiver(), MinerState.class);
        return new GetControlAddressesReturn(
                        Address.ofId(state.owner()),
                        Address.ofId(state.worker()),
                        state.control().stream().map(Address::ofId).toList())
                .toCbor();
    }

    private static byte[] owner(Invocation in) {
        var state = in.tree().read(in.receiver(), MinerState.class);
        var writer = new CborWriter().array(2).bytes(Address.ofId(state.owner()).bytes());
        state.pendingOwner().map(Address::ofId).ifPresentOrElse(next -> writer.bytes(next.bytes()), writer::nul);
        return writer.toByteArray();
    }

    static void checkPeer(byte[] peerId, List<byte[]> multiaddrs) {
        if (peerId.length > ProtocolLimits.MAX_PEER_ID_LENGTH) {
            throw ActorAbort.illegalArgument("peer ID size of " + peerId.length + " exceeds maximum size of "
                    + ProtocolLimits.MAX_PEER_ID_LENGTH);
        }
        int total = 0;
        for (var address : multiaddrs) {
            if (address.length == 0) {
                throw ActorAbort.illegalArgument("invalid empty multiaddr");
            }
            total += address.length;
        }
        if (total > ProtocolLimits.MAX_MULTIADDR_BYTES) {
            throw ActorAbort.illegalArgument(
                    "multiaddr size of " + total + " exceeds maximum of " + ProtocolLimits.MAX_MULTIADDR_BYTES);
        }
    }

    private static byte[] changePeerId(Invocation in, ChangePeerIdParams params) {
        in.gas().charge(CHANGE_GAS);
        checkPeer(params.newId(), List.of());
        var state = write(in);
        in.requireCaller(state.operators());
        state.peerId = params.newId();
        return new byte[0];
    }

    private static byte[] changeMultiaddrs(Invocation in, ChangeMultiaddrsParams params) {
        in.gas().charge(CHANGE_GAS);
        checkPeer(new byte[0], params.newMultiaddrs());
        var state = write(in);
        in.requireCaller(state.operators());
        state.multiaddrs = List.copyOf(params.newMultiaddrs());
        return new byte[0];
    }

    /** The ID of an account with a BLS key, as a worker must be: its key also makes tickets. */
    static long resolveWorker(StateTree tree, Address raw) {
        long id = tree.resolve(raw).orElseThrow(() -> ActorAbort.illegalArgument("unable to resolve address: " + raw));
        var entry = tree.find(id).orElseThrow(() -> ActorAbort.illegalArgument("no code for address: t0" + id));
        if (entry.type() != ActorType.ACCOUNT) {
            throw ActorAbort.illegalArgument(
                    "worker actor type must be an account, was " + entry.type().label());
        }
        boolean bls = entry.robust()
                .filter(key -> key.protocol() == Address.Protocol.BLS)
                .isPresent();
        if (!bls) {
            throw ActorAbort.illegalArgument("worker account " + id + " must have BLS pubkey");
        }
        return id;
    }

    private static byte[] changeWorker(Invocation in, ChangeWorkerAddressParams params) {
        in.gas().charge(CHANGE_GAS);
        int count = params.newControlAddresses().size();
        if (count > ProtocolLimits.MAX_CONTROL_ADDRESSES) {
            throw ActorAbort.illegalArgument("control addresses length " + count
                    + " exceeds max control addresses length " + ProtocolLimits.MAX_CONTROL_ADDRESSES);
        }
        long worker = resolveWorker(in.tree(), params.newWorker());
        var control = new ArrayList<Long>();
        for (var address : params.newControlAddresses()) {
            control.add(in.resolve(address));
        }
        var state = write(in);
        in.requireCaller(List.of(state.owner));
        state.control = List.copyOf(control);
        if (worker != state.worker && state.pendingWorker.isEmpty()) {
            state.pendingWorker = Optional.of(
                    new MinerState.PendingWorker(worker, in.chain().epoch() + ProtocolLimits.WORKER_KEY_CHANGE_DELAY));
        }
        return new byte[0];
    }

    private static byte[] confirmWorker(Invocation in) {
        in.gas().charge(CHANGE_GAS);
        var state = write(in);
        in.requireCaller(List.of(state.owner));
        switchWorker(state, in.chain().epoch());
        return new byte[0];
    }

    static void switchWorker(MinerState state, long epoch) {
        state.pendingWorker.filter(pending -> pending.effectiveAt() <= epoch).ifPresent(pending -> {
            state.worker = pending.worker();
            state.pendingWorker = Optional.empty();
        });
    }

    private static byte[] changeOwner(Invocation in, ChangeOwnerAddressParams params) {
        in.gas().charge(CHANGE_GAS);
        long next = params.newOwner()
                .id()
                .orElseThrow(() -> ActorAbort.illegalArgument("owner address must be an ID address"));
        var state = write(in);
        if (in.caller() == state.owner || state.pendingOwner.isEmpty()) {
            in.requireCaller(List.of(state.owner));
            state.pendingOwner = Optional.of(next).filter(id -> id != state.owner);
            return new byte[0];
        }
        long pending = state.pendingOwner.get();
        in.requireCaller(List.of(pending));
        if (next != pending) {
            throw ActorAbort.illegalArgument("expected confirmation of t0" + pending + " got t0" + next);
        }
        if (state.beneficiary == state.owner) {
            state.beneficiary = pending;
        }
        state.pendingBeneficiary = Optional.empty();
        state.owner = pending;
        state.pendingOwner = Optional.empty();
        return new byte[0];
    }

    private static byte[] repayDebt(Invocation in) {
        in.gas().charge(CHANGE_GAS);
        var state = write(in);
        in.requireCaller(state.operators());
        MinerFunds.repayWhatIsPossible(in, state);
        return new byte[0];
    }

    private static byte[] withdraw(Invocation in, WithdrawBalanceParams params) {
        if (params.amountRequested().isNegative()) {
            throw ActorAbort.illegalArgument("negative fund requested for withdrawal: " + params.amountRequested());
        }
        in.gas().charge(CHANGE_GAS);
        long epoch = in.chain().epoch();
        var state = write(in);
        in.requireCaller(List.of(state.owner, state.beneficiary));
        MinerFunds.changePledge(in, MinerFunds.vest(state, epoch).negate());
        // The debt is already taken off what is available, so it is reckoned before the debt is paid.
        var available = new TokenAmount(state.available(in.tree().balance(in.receiver())));
        MinerFunds.repayAllOrAbort(in, state);
        var paid = available.min(params.amountRequested());
        if (paid.isNegative()) {
            throw ActorAbort.illegalState("negative amount to withdraw: " + paid);
        }
        if (state.beneficiary != state.owner) {
            paid = paid.min(quotaLeft(state.beneficiaryTerm, epoch));
            var term = state.beneficiaryTerm;
            state.beneficiaryTerm =
                    new BeneficiaryTerm(term.quota(), term.usedQuota().plus(paid), term.expiration());
        }
        in.send(state.beneficiary, paid.atto());
        return new WithdrawBalanceReturn(paid).toCbor();
    }

    private static TokenAmount quotaLeft(BeneficiaryTerm term, long epoch) {
        var left = MinerBeneficiary.left(term, epoch);
        if (left.isZero()) {
            throw ActorAbort.forbidden("beneficiary expiration of epoch " + term.expiration() + " passed or quota of "
                    + term.quota() + " depleted with " + term.usedQuota() + " used");
        }
        return left;
    }

    /** Marks numbers as used that never will be, so that the set of used numbers stays short. */
    private static byte[] compactNumbers(Invocation in, CompactSectorNumbersParams params) {
        var mask = params.maskSectorNumbers();
        if (mask.cardinality() == 0) {
            throw ActorAbort.illegalArgument("invalid mask bitfield");
        }
        in.gas().charge(CHANGE_GAS);
        var state = write(in);
        in.requireCaller(state.operators());
        state.allocated = state.allocated.union(mask);
        return new byte[0];
    }
}
