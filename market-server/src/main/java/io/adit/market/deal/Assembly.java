package io.adit.market.deal;

import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceInfo;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.StateStore;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Mk20Deal.Aggregated;
import io.adit.market.mk20.Mk20Deal.DataSource;
import io.adit.market.podsi.AggregateLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An aggregate that is made here (FRC-0058, {@code source_aggregate}): its pieces come one by one, each into a file of its own;
 * checked, they are copied into their places in the deal's part, and noted once that is synced. So the disk holds the aggregate
 * and the pieces that are just coming, no more, and a piece that is in its place is not fetched again.
 */
final class Assembly {
    private static final int BUFFER = 1 << 20;

    private final DealRecord deal;
    private final List<DataSource> parts;
    private final AggregateLayout layout;
    private final StateStore store;
    private final PieceFiles files;

    Assembly(DealRecord deal, StateStore store, PieceFiles files) {
        this.deal = deal;
        this.parts = parts(DirectTerms.of(deal).data());
        this.layout = layout(DirectTerms.of(deal).data());
        this.store = store;
        this.files = files;
    }

    /** Whether a deal's data is made here. */
    static boolean makes(DealRecord deal) {
        return DirectTerms.isDirect(deal) && DirectTerms.of(deal).data().source() instanceof Aggregated;
    }

    private static List<DataSource> parts(DataSource data) {
        return data.source() instanceof Aggregated aggregated ? aggregated.pieces() : List.of();
    }

    /** Where the pieces of an aggregate lie that is to be made here. */
    static AggregateLayout layout(DataSource data) {
        return AggregateLayout.of(
                data.piece().size(), parts(data).stream().map(DataSource::piece).toList());
    }

    DataSource part(int position) {
        return parts.get(position);
    }

    /** Where a piece comes to before it is put into its place. */
    Path incoming(int position) {
        return files.incoming(deal.uuid(), position);
    }

    /** The pieces that are not in their places yet. */
    List<Integer> missing() {
        boolean begun = Files.exists(files.part(deal.uuid()));
        var placed = store.read(tx -> PlacedParts.of(tx, deal.uuid()));
        return IntStream.range(0, parts.size())
                .filter(position -> !begun || !placed.has(position))
                .boxed()
                .toList();
    }

    /** The pieces among them that the operator brings. */
    List<Integer> toBeBrought() {
        return missing().stream()
                .filter(position -> part(position).source() instanceof Mk20Deal.Offline)
                .toList();
    }

    /**
     * Puts a checked piece into its place; the file it came in goes.
     *
     * @param file has the piece, durably or not
     */
    void place(int position, Path file) throws IOException {
        try (var from = FileChannel.open(file, StandardOpenOption.READ);
                var to = openPart()) {
            copy(from, to, layout.rawOffset(position));
            to.force(true);
        }
        files.syncFolder();
        boolean waits = store.transact(tx -> {
            var now = StoredDeals.get(tx, deal.uuid());
            boolean open = !StoredDeals.failed(now) && now.checkpoint() == DealCheckpoint.Accepted;
            if (open) {
                PlacedParts.of(tx, deal.uuid()).putWith(tx, deal.uuid(), position);
            }
            return open;
        });
        Files.deleteIfExists(file);
        if (!waits) {
            discard();
        }
    }

    /** What was noted belongs to a file that is gone where there is none. */
    private FileChannel openPart() throws IOException {
        return files.openPart(deal.uuid(), () -> store.transactVoid(tx -> PlacedParts.remove(tx, deal.uuid())));
    }

    private static void copy(FileChannel from, FileChannel to, long offset) throws IOException {
        var buffer = ByteBuffer.allocate(BUFFER);
        long at = offset;
        while (from.read(buffer) >= 0) {
            buffer.flip();
            at = write(to, buffer, at);
            buffer.clear();
        }
    }

    private static long write(FileChannel to, ByteBuffer bytes, long offset) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += to.write(bytes, at);
        }
        return at;
    }

    /** Adds the index and hashes the whole, to be called when nothing is missing; what it is decides whether the deal goes on. */
    PieceInfo finish() throws IOException {
        try (var to = FileChannel.open(files.part(deal.uuid()), StandardOpenOption.WRITE)) {
            // Zeros up to the end, where nothing else is.
            if (to.size() < layout.rawSize()) {
                write(to, ByteBuffer.allocate(1), layout.rawSize() - 1);
            }
            write(to, ByteBuffer.wrap(layout.rawIndex()), layout.rawIndexOffset());
            to.force(true);
        }
        try (var in = Files.newInputStream(files.part(deal.uuid()))) {
            return CommP.of(in);
        }
    }

    /** Removes all that has come. */
    void discard() throws IOException {
        files.discard(deal.uuid());
        for (int position = 0; position < parts.size(); position++) {
            Files.deleteIfExists(incoming(position));
        }
    }
}
