package io.adit.ops.actor;

import io.adit.chain.actor.ChangeMultiaddrsParams;
import io.adit.chain.actor.ChangePeerIdParams;
import io.adit.chain.actor.CompactSectorNumbersParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Network;
import io.adit.core.fil.TokenAmount;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.util.List;
import java.util.Optional;

/** Changes that the worker signs: where the miner is reached, and which sector numbers are used up. */
public final class ContactChanges {
    private static final String OPERATOR = "the worker, the owner or a control address";

    private final MinerAccount account;
    private final Network network;

    public ContactChanges(MinerAccount account, Network network) {
        this.account = account;
        this.network = network;
    }

    /** Sets the peer under which clients find the miner. */
    public ActorChange setPeerId(PeerId peer, Address signer) {
        return change(
                "set-peer-id",
                "set the peer ID of " + miner() + " to " + peer,
                signer,
                MinerMethod.CHANGE_PEER_ID,
                new ChangePeerIdParams(peer.bytes()).toCbor(),
                account.withPeerId(Optional.of(peer.toString())),
                List.of("Clients and indexers find the miner by this ID; the node that has it must run."));
    }

    /** Sets the addresses at which clients find the miner; none takes them away. */
    public ActorChange setAddresses(List<Multiaddr> addresses, Address signer) {
        var wire = addresses.stream().map(Multiaddr::bytes).toList();
        return change(
                "set-addrs",
                addresses.isEmpty()
                        ? "take the addresses of " + miner() + " away"
                        : "set the addresses of " + miner() + " to " + addresses,
                signer,
                MinerMethod.CHANGE_MULTIADDRS,
                new ChangeMultiaddrsParams(wire).toCbor(),
                account.withAddresses(wire.stream().map(MinerAccount::text).toList()),
                List.of("The list replaces the present one."));
    }

    /** Marks all sector numbers from 0 to {@code last} as used. */
    public ActorChange compactAllocated(long last, Address signer) {
        var mask = BitField.ofRange(0, last + 1);
        var free = mask.minus(account.allocated()).cardinality();
        var caution = free == 0
                ? "All of them are used already: this message would do nothing."
                : "%d numbers that were never used are given up for good. A sector under way with such a number could not be"
                                .formatted(free)
                        + " pre-committed any more: see 'adit sectors list'.";
        return change(
                "compact-allocated",
                "mark the sector numbers 0 to " + last + " of " + miner() + " as used",
                signer,
                MinerMethod.COMPACT_SECTOR_NUMBERS,
                new CompactSectorNumbersParams(mask).toCbor(),
                account.withAllocated(account.allocated().union(mask)),
                List.of(caution));
    }

    private ActorChange change(
            String name,
            String sentence,
            Address signer,
            MinerMethod method,
            byte[] params,
            MinerAccount after,
            List<String> cautions) {
        return new ActorChange(
                name,
                sentence,
                signer,
                OPERATOR,
                account.miner(),
                TokenAmount.ZERO,
                method,
                params,
                returned -> Difference.between(account, after, network),
                cautions);
    }

    private String miner() {
        return account.miner().toString(network);
    }
}
