package io.adit.market.deal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Fr32;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.state.StateStore;
import io.adit.core.state.SubPieceRecord;
import io.adit.market.podsi.Aggregate;
import io.adit.market.podsi.DataSegment;
import io.adit.market.podsi.InclusionProof;
import io.adit.market.retrieve.SidePages.Page;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** {@code GET /market/inclusion/{pieceCid}}: the aggregates that a piece lies in, with the proof for each (FRC-0058). */
final class InclusionPages {
    /** Of a piece that many people store; whoever asks needs one. */
    private static final int MOST = 16;

    /** Each builds trees of up to a thousand pieces on a stranger's word. */
    static final int AT_ONCE = 2;

    private final StateStore store;
    private final Semaphore slots;

    /** @param slots how many requests are answered at one time */
    InclusionPages(StateStore store, Semaphore slots) {
        this.store = store;
        this.slots = slots;
    }

    private record Place(SubPieceRecord piece, PaddedSize aggregate, List<SubPieceRecord> all) {}

    Page answer(String cid) {
        Commitment piece;
        try {
            piece = PieceCid.parse(cid).commP();
        } catch (AditException e) {
            return page(400, JsonNodeFactory.instance.objectNode().put("error", "not a piece CID of version 1 or 2"));
        }
        if (!slots.tryAcquire()) {
            return page(
                    429,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("error", "proofs are made for others now; ask again in a few seconds"));
        }
        try {
            return inclusions(piece);
        } finally {
            slots.release();
        }
    }

    /** One aggregate after another, so that one tree is in memory at a time. */
    private Page inclusions(Commitment piece) {
        var node = JsonNodeFactory.instance.objectNode();
        var proofs = node.putArray("inclusions");
        for (var found : store.read(tx -> tx.subPieces().find(piece, MOST))) {
            store.read(tx -> tx.pieces()
                            .find(found.parent())
                            .map(parent -> new Place(
                                    found, parent.size(), tx.subPieces().in(found.parent()))))
                    .ifPresent(place -> proofs.add(inclusion(place)));
        }
        return proofs.isEmpty()
                ? page(404, JsonNodeFactory.instance.objectNode().put("error", "the piece lies in no aggregate here"))
                : page(200, node);
    }

    private static ObjectNode inclusion(Place place) {
        var tree = new Aggregate(
                place.aggregate(),
                place.all().stream().map(InclusionPages::segment).toList());
        var proof = tree.prove(place.piece().position());
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("pieceCid", place.piece().piece().pieceCidV1().toString())
                .put(
                        "pieceCidV2",
                        PieceCid.v2(place.piece().piece(), place.piece().rawSize())
                                .toString())
                .put("pieceSize", place.piece().piece().size().bytes())
                .put("aggregateCid", tree.root().pieceCidV1().toString())
                .put("aggregateSize", place.aggregate().bytes())
                .put("offset", segment(place.piece()).offset());
        branch(node.putObject("proofSubtree"), proof.subtree());
        branch(node.putObject("proofIndex"), proof.index());
        return node.put("cbor", Base64.getEncoder().encodeToString(proof.toCbor()));
    }

    private static DataSegment segment(SubPieceRecord piece) {
        return new DataSegment(piece.piece(), piece.offset() / Fr32.RAW_QUAD * Fr32.PADDED_QUAD);
    }

    private static void branch(ObjectNode node, InclusionProof.Branch branch) {
        var path = node.put("index", branch.number()).putArray("path");
        branch.path().forEach(beside -> path.add(beside.toHex()));
    }

    private static Page page(int status, ObjectNode node) {
        return new Page(status, node.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a path is one of ours; then its piece. */
    static Optional<String> asked(String method, List<String> path) {
        return method.equals("GET") && path.size() == 2 && path.getFirst().equals("inclusion")
                ? Optional.of(path.get(1))
                : Optional.empty();
    }
}
