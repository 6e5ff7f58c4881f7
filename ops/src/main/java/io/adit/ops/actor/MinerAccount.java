package io.adit.ops.actor;

import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.actor.PendingBeneficiaryChange;
import io.adit.chain.node.FullNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * What housekeeping changes in a miner actor, at one tipset. Addresses are ID addresses.
 *
 * @param epoch of the tipset
 * @param newWorker the worker to come, from {@code workerChangeEpoch} on, once confirmed
 * @param addresses multiaddresses, or hex where they are none
 * @param available what may be withdrawn: balance less locked, deposits, pledge and debt
 * @param lockedFunds rewards that still vest
 * @param allocated sector numbers that were used, or never will be
 */
@RecordBuilder
public record MinerAccount(
        Address miner,
        Epoch epoch,
        Address owner,
        Optional<Address> pendingOwner,
        Address worker,
        Optional<Address> newWorker,
        Optional<Epoch> workerChangeEpoch,
        List<Address> control,
        Optional<String> peerId,
        List<String> addresses,
        Address beneficiary,
        BeneficiaryTerm term,
        Optional<PendingBeneficiaryChange> pendingBeneficiary,
        TokenAmount balance,
        TokenAmount available,
        TokenAmount feeDebt,
        TokenAmount lockedFunds,
        TokenAmount preCommitDeposits,
        TokenAmount initialPledge,
        BitField allocated)
        implements MinerAccountBuilder.With {

    private static final String NONE = "none";
    private static final int MOST_RANGES = 12;

    /** Reads it at the node's head. */
    public static MinerAccount read(FullNode node, Address miner) {
        var head = node.chainHead();
        var id = node.stateLookupID(miner, head.key());
        var info = node.stateMinerInfo(id, head.key());
        var state = node.stateReadState(id, head.key());
        return new MinerAccount(
                id,
                head.height(),
                info.owner(),
                info.pendingOwner(),
                info.worker(),
                info.newWorker(),
                info.workerChangeEpoch().filter(epoch -> info.newWorker().isPresent()),
                info.controlAddresses(),
                info.peerId(),
                info.multiaddrs().stream().map(MinerAccount::text).toList(),
                info.beneficiary(),
                info.beneficiaryTerm(),
                info.pendingBeneficiary(),
                state.balance(),
                node.stateMinerAvailableBalance(id, head.key()),
                state.amount("FeeDebt"),
                state.amount("LockedFunds"),
                state.amount("PreCommitDeposits"),
                state.amount("InitialPledge"),
                node.stateMinerAllocated(id, head.key()));
    }

    static String text(byte[] multiaddr) {
        try {
            return Multiaddr.fromBytes(multiaddr).toString();
        } catch (AditException | IllegalArgumentException e) {
            return "0x" + HexFormat.of().formatHex(multiaddr);
        }
    }

    /** What the beneficiary may still withdraw; only where it is not the owner. */
    public TokenAmount quotaLeft() {
        var left = term.quota().minus(term.usedQuota());
        return term.expiration().compareTo(epoch) > 0 && !left.isNegative() ? left : TokenAmount.ZERO;
    }

    /** Everything by name, for people, in the order in which they look for it. */
    public SequencedMap<String, String> facts(Network network) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("owner", owner.toString(network));
        facts.put("proposed owner", text(pendingOwner, network));
        facts.put("worker", worker.toString(network));
        facts.put("new worker", text(newWorker, network));
        facts.put("control addresses", text(control, network));
        facts.put("peer ID", peerId.orElse(NONE));
        facts.put("addresses", addresses.isEmpty() ? NONE : String.join(", ", addresses));
        facts.put("beneficiary", beneficiary.toString(network));
        facts.put("quota", beneficiary.equals(owner) ? "no limit" : term.quota().toString());
        facts.put("quota used", term.usedQuota().toString());
        facts.put("term ends", beneficiary.equals(owner) ? "never" : "epoch " + term.expiration());
        facts.put(
                "proposed beneficiary",
                pendingBeneficiary.map(pending -> text(pending, network)).orElse(NONE));
        facts.put("balance", balance.toString());
        facts.put("fee debt", feeDebt.toString());
        facts.put("sector numbers used", text(allocated));
        return facts;
    }

    private static String text(Optional<Address> address, Network network) {
        return address.map(value -> value.toString(network)).orElse(NONE);
    }

    private static String text(List<Address> addresses, Network network) {
        return addresses.isEmpty()
                ? NONE
                : addresses.stream().map(value -> value.toString(network)).collect(Collectors.joining(", "));
    }

    private static String text(PendingBeneficiaryChange pending, Network network) {
        return "%s, quota %s, until epoch %s, %s"
                .formatted(
                        pending.newBeneficiary().toString(network),
                        pending.newQuota(),
                        pending.newExpiration(),
                        pending.approvedByBeneficiary()
                                ? pending.approvedByNominee() ? "approved" : "the new one must confirm"
                                : pending.approvedByNominee()
                                        ? "the present one must confirm"
                                        : "the present one and the new one must confirm");
    }

    private static String text(BitField numbers) {
        var ranges = numbers.ranges();
        var shown = ranges.stream()
                .limit(MOST_RANGES)
                .map(range -> range.count() == 1
                        ? "" + range.start()
                        : range.start() + "-" + (range.start() + range.count() - 1))
                .collect(Collectors.joining(", "));
        var more = ranges.size() > MOST_RANGES ? ", … " + ranges.size() + " ranges" : "";
        return ranges.isEmpty() ? NONE : shown + more;
    }
}
