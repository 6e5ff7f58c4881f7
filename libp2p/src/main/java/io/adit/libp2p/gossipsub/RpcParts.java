package io.adit.libp2p.gossipsub;

import io.adit.libp2p.gossipsub.Rpc.IHave;
import io.adit.libp2p.gossipsub.Rpc.Prune;
import io.adit.libp2p.gossipsub.Rpc.Subscribed;
import java.util.ArrayList;
import java.util.List;

/** Cuts an RPC into parts, in one pass: each element is measured once and copied once, however many a part holds. */
final class RpcParts {
    /** So that a part stays small. */
    private static final int IDS_IN_AN_ELEMENT = 1000;

    private final int limit;
    private final List<Rpc> parts = new ArrayList<>();
    private Part part = new Part();
    private int size;

    /** What is gathered for the next part. */
    private static final class Part {
        private final List<Subscribed> subscriptions = new ArrayList<>();
        private final List<PubsubMessage> messages = new ArrayList<>();
        private final List<IHave> iHave = new ArrayList<>();
        private final List<MessageId> iWant = new ArrayList<>();
        private final List<String> graft = new ArrayList<>();
        private final List<Prune> prune = new ArrayList<>();
    }

    private RpcParts(int limit) {
        this.limit = limit;
    }

    /** Parts of at most {@code limit} bytes each, or of one element that is larger by itself. */
    static List<Rpc> of(Rpc rpc, int limit) {
        var cut = new RpcParts(limit);
        rpc.subscriptions()
                .forEach(each -> cut.room(each.sizeBound()).subscriptions.add(each));
        rpc.graft().forEach(each -> cut.room(Rpc.sizeBound(each)).graft.add(each));
        rpc.prune().forEach(each -> cut.room(each.sizeBound()).prune.add(each));
        rpc.messages().forEach(each -> cut.room(each.sizeBound()).messages.add(each));
        for (var have : rpc.iHave()) {
            for (var ids : chunks(have.ids())) {
                var element = new IHave(have.topic(), ids);
                cut.room(element.sizeBound()).iHave.add(element);
            }
        }
        chunks(rpc.iWant()).forEach(ids -> cut.room(Rpc.sizeBound(ids)).iWant.addAll(ids));
        cut.end();
        return cut.parts;
    }

    /** The part that an element of this size is to go into. */
    private Part room(int element) {
        if (size > 0 && size + element > limit) {
            end();
        }
        size += element;
        return part;
    }

    private void end() {
        parts.add(new Rpc(part.subscriptions, part.messages, part.iHave, part.iWant, part.graft, part.prune));
        part = new Part();
        size = 0;
    }

    private static List<List<MessageId>> chunks(List<MessageId> ids) {
        var chunks = new ArrayList<List<MessageId>>();
        for (var from = 0; from < ids.size(); from += IDS_IN_AN_ELEMENT) {
            chunks.add(ids.subList(from, Math.min(ids.size(), from + IDS_IN_AN_ELEMENT)));
        }
        return chunks;
    }
}
