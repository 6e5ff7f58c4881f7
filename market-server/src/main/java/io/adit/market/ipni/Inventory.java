package io.adit.market.ipni;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.Cid;
import io.adit.core.state.AdContext;
import io.adit.core.state.AdKind;
import io.adit.core.state.Bytes;
import io.adit.core.state.StateStore;
import io.adit.market.index.IndexedPiece;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceState;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.PieceCatalog;
import io.adit.market.retrieve.PieceLookup;
import io.adit.market.retrieve.StoredPiece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is to be advertised: pieces of which there is an unsealed copy on disk, and the blocks of those that are indexed; not
 * what the operator does not serve, nor what every client of it wants in no public index.
 */
final class Inventory {
    private final StateStore store;
    private final PieceIndex index;
    private final PieceCatalog catalog;
    private final ContentPolicy policy;
    private final Duration patience;
    private final InstantSource clock;
    private final Map<Commitment, Instant> missingSince = new HashMap<>();

    Inventory(
            StateStore store,
            PieceIndex index,
            PieceCatalog catalog,
            ContentPolicy policy,
            Duration patience,
            InstantSource clock) {
        this.store = store;
        this.index = index;
        this.catalog = catalog;
        this.policy = policy;
        this.patience = patience;
        this.clock = clock;
    }

    /**
     * Something to advertise.
     *
     * @param onDisk whether its file is there now; if not, what was said before stays as it is for a while
     */
    record Item(AdContext context, StoredPiece piece, boolean onDisk) {}

    /** Everything to be advertised now, by context ID. */
    Map<Bytes, Item> look(IpniWays ways) {
        var blocks = EnumSet.of(AdTransport.IPFS_GATEWAY_HTTP);
        if (!ways.bitswap().isEmpty()) {
            blocks.add(AdTransport.BITSWAP);
        }
        var ofBlocks = new Bytes(AdTransport.metadata(blocks));
        var ofPieces = new Bytes(AdTransport.metadata(EnumSet.of(AdTransport.FILECOIN_PIECE_HTTP)));
        var indexed = index.pieces().stream()
                .filter(piece -> piece.state() == PieceState.INDEXED)
                .collect(Collectors.toMap(IndexedPiece::piece, IndexedPiece::entries));
        var roots = new HashMap<Commitment, Optional<Cid>>();
        for (var piece : store.read(tx -> tx.pieces().list())) {
            if (piece.file().isPresent()) {
                roots.put(piece.commP(), piece.dataRoot());
            }
        }
        Set<Commitment> unwantedPieces = store.read(tx -> tx.ads().unwanted(AdKind.PIECE));
        Set<Commitment> unwantedBlocks = store.read(tx -> tx.ads().unwanted(AdKind.BLOCKS));
        var candidates = new LinkedHashSet<>(roots.keySet());
        candidates.addAll(indexed.keySet());
        missingSince.keySet().retainAll(candidates);
        var items = new LinkedHashMap<Bytes, Item>();
        for (var commP : candidates) {
            var piece = served(commP, roots.getOrDefault(commP, Optional.empty()));
            if (piece.isEmpty()) {
                continue;
            }
            boolean onDisk = isOnDisk(piece.get());
            if (!onDisk && isMissingForLong(commP)) {
                continue;
            }
            for (var kind : AdKind.values()) {
                boolean wanted = kind == AdKind.PIECE
                        // What lies in an aggregate only is found by its blocks.
                        ? roots.containsKey(commP) && !unwantedPieces.contains(commP)
                        : indexed.getOrDefault(commP, 0L) > 0 && !unwantedBlocks.contains(commP);
                if (wanted) {
                    var context = new AdContext(
                            contextId(kind, piece.get()), commP, kind, kind == AdKind.BLOCKS ? ofBlocks : ofPieces);
                    items.put(context.contextId(), new Item(context, piece.get(), onDisk));
                }
            }
        }
        return items;
    }

    private Optional<StoredPiece> served(Commitment commP, Optional<Cid> root) {
        if (policy.isBlocked(commP.asUnsealedCid())
                || root.filter(policy::isBlocked).isPresent()) {
            return Optional.empty();
        }
        return catalog.find(commP) instanceof PieceLookup.Here here ? Optional.of(here.piece()) : Optional.empty();
    }

    private boolean isOnDisk(StoredPiece piece) {
        boolean there;
        try {
            there = Files.size(piece.file()) >= piece.offset() + piece.rawSize();
        } catch (IOException e) {
            there = false;
        }
        if (there) {
            missingSince.remove(piece.piece().commP());
        } else {
            missingSince.putIfAbsent(piece.piece().commP(), clock.instant());
        }
        return there;
    }

    private boolean isMissingForLong(Commitment commP) {
        return missingSince.getOrDefault(commP, clock.instant()).plus(patience).isBefore(clock.instant());
    }

    /** As Curio names them: a byte for whether blocks are meant, and the piece CID in version 2. */
    static Bytes contextId(AdKind kind, StoredPiece piece) {
        var id = new ByteArrayOutputStream();
        id.write(kind == AdKind.BLOCKS ? 1 : 0);
        id.writeBytes(PieceCid.v2(piece.piece(), piece.rawSize()).bytes());
        return new Bytes(id.toByteArray());
    }
}
