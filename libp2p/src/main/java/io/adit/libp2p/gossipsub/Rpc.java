package io.adit.libp2p.gossipsub;

import io.adit.libp2p.identity.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What peers tell each other at once (pubsub specification, "The RPC"; gossipsub v1.1, "Protobuf").
 *
 * @param subscriptions topics that the sender joins or leaves
 * @param messages published or passed on
 * @param iHave messages that the sender could deliver
 * @param iWant messages that the sender asks for
 * @param graft topics in whose mesh the sender has put the receiver
 * @param prune topics from whose mesh the sender has taken the receiver
 */
record Rpc(
        List<Subscribed> subscriptions,
        List<PubsubMessage> messages,
        List<IHave> iHave,
        List<MessageId> iWant,
        List<String> graft,
        List<Prune> prune) {
    private static final int ID_OVERHEAD = 4;
    private static final int ENTRY_OVERHEAD = 16;

    record Subscribed(String topic, boolean joined) {
        int sizeBound() {
            return Rpc.sizeBound(topic);
        }
    }

    record IHave(String topic, List<MessageId> ids) {
        int sizeBound() {
            return Rpc.sizeBound(topic) + Rpc.sizeBound(ids);
        }
    }

    /** @param backoff for how long the receiver shall not graft again */
    record Prune(String topic, List<ExchangedPeer> peers, Optional<Duration> backoff) {
        int sizeBound() {
            var size = Rpc.sizeBound(topic);
            for (var each : peers) {
                size += ENTRY_OVERHEAD
                        + each.peer().bytes().length
                        + each.signedRecord().map(bytes -> bytes.length).orElse(0);
            }
            return size;
        }
    }

    /** A peer to which the receiver of a prune may turn instead. */
    record ExchangedPeer(PeerId peer, Optional<byte[]> signedRecord) {}

    Rpc {
        subscriptions = List.copyOf(subscriptions);
        messages = List.copyOf(messages);
        iHave = List.copyOf(iHave);
        iWant = List.copyOf(iWant);
        graft = List.copyOf(graft);
        prune = List.copyOf(prune);
    }

    static Rpc subscriptions(List<Subscribed> changes) {
        return new Rpc(changes, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    static Rpc messages(List<PubsubMessage> messages) {
        return new Rpc(List.of(), messages, List.of(), List.of(), List.of(), List.of());
    }

    static Rpc iHave(List<IHave> ids) {
        return new Rpc(List.of(), List.of(), ids, List.of(), List.of(), List.of());
    }

    static Rpc iWant(List<MessageId> ids) {
        return new Rpc(List.of(), List.of(), List.of(), ids, List.of(), List.of());
    }

    static Rpc mesh(List<String> graft, List<Prune> prune) {
        return new Rpc(List.of(), List.of(), List.of(), List.of(), graft, prune);
    }

    boolean isEmpty() {
        return subscriptions.isEmpty()
                && messages.isEmpty()
                && iHave.isEmpty()
                && iWant.isEmpty()
                && graft.isEmpty()
                && prune.isEmpty();
    }

    Rpc and(Rpc other) {
        return new Rpc(
                joined(subscriptions, other.subscriptions),
                joined(messages, other.messages),
                joined(iHave, other.iHave),
                joined(iWant, other.iWant),
                joined(graft, other.graft),
                joined(prune, other.prune));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        if (first.isEmpty() || second.isEmpty()) {
            return first.isEmpty() ? second : first;
        }
        var all = new ArrayList<T>(first);
        all.addAll(second);
        return all;
    }

    /** At least as many bytes as it takes on the wire. */
    int sizeBound() {
        var size = sizeBound(iWant);
        for (var change : subscriptions) {
            size += change.sizeBound();
        }
        for (var message : messages) {
            size += message.sizeBound();
        }
        for (var have : iHave) {
            size += have.sizeBound();
        }
        for (var topic : graft) {
            size += sizeBound(topic);
        }
        for (var each : prune) {
            size += each.sizeBound();
        }
        return size;
    }

    static int sizeBound(String topic) {
        return ENTRY_OVERHEAD + 3 * topic.length();
    }

    static int sizeBound(List<MessageId> ids) {
        var size = 0;
        for (var id : ids) {
            size += ID_OVERHEAD + id.length();
        }
        return size;
    }

    /** This in as few parts as are within {@code limit} bytes each; a single element that is larger stays whole. */
    List<Rpc> parts(int limit) {
        return sizeBound() <= limit ? List.of(this) : RpcParts.of(this, limit);
    }
}
