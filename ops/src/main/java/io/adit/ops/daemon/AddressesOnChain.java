package io.adit.ops.daemon;

import io.adit.chain.actor.ChangeMultiaddrsParams;
import io.adit.chain.actor.ChangePeerIdParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.Message;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.ops.actor.OutboxDesk;
import io.adit.ops.api.NetReport;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the chain says about where the miner is reached as the node says it, where the operator wants that. The
 * same message is not sent again within a day, whatever became of it: each costs gas.
 */
final class AddressesOnChain {
    private static final Logger LOG = LoggerFactory.getLogger(AddressesOnChain.class);
    /** An hour of a real network. */
    private static final long EVERY = 120;

    private static final long NOT_AGAIN_WITHIN = 24 * EVERY;

    private final FullNode chain;
    private final Address miner;
    private final Supplier<Address> worker;
    private final OutboxDesk desk;
    private final PeerId peer;
    private final Supplier<Optional<List<Multiaddr>>> published;
    private long next;
    private long addressesNotBefore;
    private long peerNotBefore;

    /**
     * @param worker who signs
     * @param published where the node is reached, with or without the peer at the end, which the chain has apart; empty while that
     *     is not known, and then the chain is not told
     */
    AddressesOnChain(
            FullNode chain,
            Address miner,
            Supplier<Address> worker,
            OutboxDesk desk,
            PeerId peer,
            Supplier<Optional<List<Multiaddr>>> published) {
        this.chain = chain;
        this.miner = miner;
        this.worker = worker;
        this.desk = desk;
        this.peer = peer;
        this.published = published;
    }

    /** To be called for each new head; looks at some of them. */
    void onHead(TipSet head) {
        var epoch = head.height().value();
        var known = published.get();
        if (epoch < next || known.isEmpty()) {
            return;
        }
        next = epoch + EVERY;
        try {
            look(epoch, NetReport.forTheChain(known.get()));
        } catch (AditException e) {
            LOG.warn("the miner's addresses on the chain were not brought up to date: {}", e.getMessage());
        }
    }

    private void look(long epoch, List<Multiaddr> addresses) {
        var info = chain.stateMinerInfo(miner, TipSetKey.EMPTY);
        if (!info.peerId().equals(Optional.of(peer.toString())) && epoch >= peerNotBefore) {
            peerNotBefore = epoch + NOT_AGAIN_WITHIN;
            send("set-peer-id", MinerMethod.CHANGE_PEER_ID, new ChangePeerIdParams(peer.bytes()).toCbor(), addresses);
        }
        var wanted = addresses.stream().map(Multiaddr::bytes).toList();
        if (!same(info.multiaddrs(), wanted) && epoch >= addressesNotBefore) {
            addressesNotBefore = epoch + NOT_AGAIN_WITHIN;
            send("set-addrs", MinerMethod.CHANGE_MULTIADDRS, new ChangeMultiaddrsParams(wanted).toCbor(), addresses);
        }
    }

    private static boolean same(List<byte[]> left, List<byte[]> right) {
        return left.stream()
                .map(ByteBuffer::wrap)
                .toList()
                .equals(right.stream().map(ByteBuffer::wrap).toList());
    }

    private void send(String name, MinerMethod method, byte[] params, List<Multiaddr> addresses) {
        var sent = desk.send(name, Message.unpriced(worker.get(), miner, TokenAmount.ZERO, method.number(), params));
        LOG.info("told the chain where the miner is reached: {} {} at {}, message {}", name, peer, addresses, sent);
    }
}
