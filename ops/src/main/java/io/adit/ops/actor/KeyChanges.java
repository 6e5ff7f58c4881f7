package io.adit.ops.actor;

import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.actor.ChangeBeneficiaryParams;
import io.adit.chain.actor.ChangeOwnerAddressParams;
import io.adit.chain.actor.ChangeWorkerAddressParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PendingBeneficiaryChange;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Changes of who may act for the miner and who is paid, by builtin-actors' {@code actors/miner/src/lib.rs}. */
public final class KeyChanges {
    /** {@code worker_key_change_delay} of the actors' policy: finality. */
    private static final long WORKER_CHANGE_DELAY = 900;

    private static final String OWNER = "the miner's owner";

    private final FullNode node;
    private final MinerAccount account;
    private final KnownAddresses known;

    public KeyChanges(FullNode node, MinerAccount account, Network network) {
        this.node = node;
        this.account = account;
        this.known = new KnownAddresses(node, network);
    }

    /** Replaces all control addresses. */
    public ActorChange setControl(List<Address> addresses) {
        var ids = addresses.stream().map(known::id).toList();
        var cautions = new ArrayList<String>();
        cautions.add("The list replaces the present one; whoever is not in it loses its right at once, and messages of"
                + " its own that wait in the pool fail.");
        addresses.stream()
                .filter(address -> node.stateGetActor(address, TipSetKey.EMPTY).isEmpty())
                .forEach(address -> cautions.add("The chain does not know " + known.text(address)
                        + " yet: send it some FIL first, or the message fails."));
        var params = new ChangeWorkerAddressParams(account.worker(), addresses);
        return by(account.owner(), OWNER)
                .change(
                        "control-set",
                        "set the control addresses of " + known.text(account.miner()) + " to "
                                + (addresses.isEmpty()
                                        ? "none"
                                        : addresses.stream().map(known::text).toList()),
                        MinerMethod.CHANGE_WORKER_ADDRESS,
                        params.toCbor(),
                        account.withControl(ids),
                        cautions);
    }

    /** Proposes another worker; the control addresses stay. */
    public ActorChange proposeWorker(Address worker) {
        var id = known.id(worker);
        var cautions = new ArrayList<String>();
        boolean ignored = account.newWorker().isPresent() || id.equals(account.worker());
        if (account.newWorker().isPresent()) {
            cautions.add("A change to " + known.text(account.newWorker().get())
                    + " is pending and the chain ignores another proposal: this message would do nothing.");
        } else if (ignored) {
            cautions.add(known.text(worker) + " is the worker already: this message would do nothing.");
        } else {
            cautions.add("The change is due " + WORKER_CHANGE_DELAY + " epochs after this message, about epoch "
                    + account.epoch().plus(WORKER_CHANGE_DELAY)
                    + ", and needs confirm-change-worker then; if the miner has"
                    + " sectors the chain makes it by itself at the end of its next deadline. It cannot be withdrawn.");
            cautions.add("From then on the miner's messages and blocks are signed with the new key, by a running node"
                    + " too: import it before ('adit wallet import', and restart the node once, or into the signer).");
        }
        var params = new ChangeWorkerAddressParams(worker, account.control());
        return by(account.owner(), OWNER)
                .change(
                        "propose-change-worker",
                        "propose " + known.text(worker) + " as the worker of " + known.text(account.miner()),
                        MinerMethod.CHANGE_WORKER_ADDRESS,
                        params.toCbor(),
                        ignored ? account : account.withNewWorker(Optional.of(id)),
                        cautions);
    }

    /** Puts the proposed worker in its place, once its time has come. */
    public ActorChange confirmWorker() {
        var due = account.workerChangeEpoch();
        // The message runs in the next epoch at the earliest.
        boolean ready = due.isPresent() && !due.get().isAfter(account.epoch().plus(1));
        var cautions = new ArrayList<String>();
        if (due.isEmpty()) {
            cautions.add("No change of the worker is pending: this message would do nothing.");
        } else if (!ready) {
            cautions.add("The change is due at epoch " + due.get() + ", in "
                    + due.get().minus(account.epoch()) + " epochs: before that this message would do nothing.");
        } else {
            cautions.add("From then on the present worker's key signs nothing for the miner any more; messages of its"
                    + " own that wait in the pool fail, and what they were for is sent anew. The node goes on with the new"
                    + " key by itself if it has it; if it does not, window proofs would be refused.");
        }
        var after =
                ready ? account.withWorker(account.newWorker().orElseThrow()).withNewWorker(Optional.empty()) : account;
        return by(account.owner(), OWNER)
                .change(
                        "confirm-change-worker",
                        "make " + account.newWorker().map(known::text).orElse("nobody") + " the worker of "
                                + known.text(account.miner()),
                        MinerMethod.CONFIRM_CHANGE_WORKER_ADDRESS,
                        new byte[0],
                        after,
                        cautions);
    }

    /**
     * Proposes, or by the proposed one confirms, another owner.
     *
     * @param signer the present owner to propose, the new one to confirm
     */
    public ActorChange setOwner(Address owner, Address signer) {
        var next = known.id(owner);
        boolean confirms = known.id(signer).equals(account.pendingOwner().orElse(account.owner()))
                && account.pendingOwner().isPresent()
                && !known.id(signer).equals(account.owner());
        var cautions = new ArrayList<String>();
        MinerAccount after;
        if (confirms) {
            cautions.add("From then on only the new owner can withdraw, change keys and change the owner again.");
            if (account.pendingBeneficiary().isPresent()) {
                cautions.add("The pending proposal for a beneficiary is dropped.");
            }
            after = account.withOwner(next)
                    .withPendingOwner(Optional.empty())
                    .withPendingBeneficiary(Optional.empty())
                    .withBeneficiary(account.beneficiary().equals(account.owner()) ? next : account.beneficiary());
        } else {
            cautions.add(
                    next.equals(account.owner())
                            ? "This withdraws the pending proposal."
                            : "This only proposes: the same command signed by " + known.text(owner)
                                    + " confirms it. Until then the owner may withdraw it by proposing itself.");
            after = account.withPendingOwner(Optional.of(next).filter(id -> !id.equals(account.owner())));
        }
        return by(signer, confirms ? "the proposed owner" : OWNER)
                .change(
                        "set-owner",
                        (confirms ? "make " : "propose ")
                                + known.text(owner)
                                + (confirms ? " the owner of " : " as the owner of ")
                                + known.text(account.miner()),
                        MinerMethod.CHANGE_OWNER_ADDRESS,
                        new ChangeOwnerAddressParams(next).toCbor(),
                        after,
                        cautions);
    }

    /** Proposes who is paid, up to a quota and an epoch; the owner itself takes it back with neither. */
    public ActorChange proposeBeneficiary(Address beneficiary, TokenAmount quota, Epoch expiration) {
        var nominee = known.id(beneficiary);
        var pending = new PendingBeneficiaryChange(
                nominee,
                quota,
                expiration,
                account.quotaLeft().isZero() || account.beneficiary().equals(account.owner()),
                nominee.equals(account.owner()));
        var cautions = new ArrayList<String>();
        if (!pending.approvedByNominee()) {
            cautions.add(known.text(beneficiary) + " must confirm: confirm-change-beneficiary --new-beneficiary.");
        }
        if (!pending.approvedByBeneficiary()) {
            cautions.add("The present beneficiary " + known.text(account.beneficiary())
                    + " has quota left and must confirm: confirm-change-beneficiary --existing-beneficiary.");
        }
        if (!expiration.isAfter(account.epoch()) && !nominee.equals(account.owner())) {
            cautions.add("The term ends at epoch " + expiration + ", which is over: nothing could be withdrawn.");
        }
        account.pendingBeneficiary()
                .ifPresent(old -> cautions.add(
                        "The pending proposal for " + known.text(old.newBeneficiary()) + " is replaced by this one."));
        if (!nominee.equals(account.owner())) {
            cautions.add("Once it is confirmed every withdrawal, also the owner's, goes to the beneficiary and counts"
                    + " against its quota.");
        }
        return by(account.owner(), OWNER)
                .change(
                        "propose-change-beneficiary",
                        "propose " + known.text(beneficiary) + " as the beneficiary of " + known.text(account.miner())
                                + ", quota " + quota + " until epoch " + expiration,
                        MinerMethod.CHANGE_BENEFICIARY,
                        new ChangeBeneficiaryParams(nominee, quota, expiration).toCbor(),
                        agreed(account.withPendingBeneficiary(Optional.of(pending))),
                        cautions);
    }

    /**
     * Confirms the pending proposal.
     *
     * @param byNominee as the proposed beneficiary; else as the present one
     * @return empty when nothing is proposed
     */
    public Optional<ActorChange> confirmBeneficiary(boolean byNominee) {
        return account.pendingBeneficiary().map(pending -> {
            var signer = byNominee ? pending.newBeneficiary() : account.beneficiary();
            var approved = new PendingBeneficiaryChange(
                    pending.newBeneficiary(),
                    pending.newQuota(),
                    pending.newExpiration(),
                    pending.approvedByBeneficiary() || signer.equals(account.beneficiary()),
                    pending.approvedByNominee() || signer.equals(pending.newBeneficiary()));
            return by(signer, byNominee ? "the proposed beneficiary" : "the present beneficiary")
                    .change(
                            "confirm-change-beneficiary",
                            "confirm " + known.text(pending.newBeneficiary()) + " as the beneficiary of "
                                    + known.text(account.miner()) + ", quota " + pending.newQuota() + " until epoch "
                                    + pending.newExpiration(),
                            MinerMethod.CHANGE_BENEFICIARY,
                            new ChangeBeneficiaryParams(
                                            pending.newBeneficiary(), pending.newQuota(), pending.newExpiration())
                                    .toCbor(),
                            agreed(account.withPendingBeneficiary(Optional.of(approved))),
                            List.of());
        });
    }

    /** A proposal that both have approved takes effect with the message that completes it. */
    private static MinerAccount agreed(MinerAccount account) {
        return account.pendingBeneficiary()
                .filter(pending -> pending.approvedByBeneficiary() && pending.approvedByNominee())
                .map(pending -> {
                    boolean same = pending.newBeneficiary().equals(account.beneficiary());
                    var used = same ? account.term().usedQuota() : TokenAmount.ZERO;
                    return account.withBeneficiary(pending.newBeneficiary())
                            .withTerm(new BeneficiaryTerm(pending.newQuota(), used, pending.newExpiration()))
                            .withPendingBeneficiary(Optional.empty());
                })
                .orElse(account);
    }

    private record By(KeyChanges changes, Address signer, String role) {
        ActorChange change(
                String name,
                String sentence,
                MinerMethod method,
                byte[] params,
                MinerAccount after,
                List<String> cautions) {
            var account = changes.account;
            return new ActorChange(
                    name,
                    sentence,
                    signer,
                    role,
                    account.miner(),
                    TokenAmount.ZERO,
                    method,
                    params,
                    returned -> Difference.between(account, after, changes.known.network()),
                    cautions);
        }
    }

    private By by(Address signer, String role) {
        return new By(this, signer, role);
    }
}
