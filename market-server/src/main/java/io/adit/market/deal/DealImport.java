package io.adit.market.deal;

import io.adit.core.error.AditException;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceInfo;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.StateStore;
import io.adit.core.time.Timeline;
import io.adit.market.mk20.Ulid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings the data of an offline deal from a file of the operator's. The file is copied, since it may be on a disk that goes
 * away again, and hashed on the way; only a copy with the deal's piece CID gets the piece's name. One that was cut short is
 * begun anew. Of an aggregate that is made here one piece is brought at a time; which one shows by its CommP.
 */
public final class DealImport {
    /** Signalled when a piece has come. */
    static final String DONE = "deal.imported";

    private static final int BUFFER = 1 << 20;

    private final StateStore store;
    private final PieceFiles files;
    private final Timeline timeline;
    private final Map<UUID, Running> running = new ConcurrentHashMap<>();

    DealImport(StateStore store, PieceFiles files, Timeline timeline) {
        this.store = store;
        this.files = files;
        this.timeline = timeline;
    }

    /**
     * What came.
     *
     * @param piece the deal's, or the one of its aggregate
     * @param bytes of the file
     */
    public record Imported(UUID deal, PieceInfo piece, long bytes) {}

    /**
     * How far a copy is.
     *
     * @param bytes copied and hashed
     * @param total of the file
     * @param took until now
     */
    public record Progress(UUID deal, long bytes, long total, Duration took) {}

    private record Running(AtomicLong bytes, AtomicLong total, long since) {}

    /** Copies that are being made. */
    public List<Progress> running() {
        long now = timeline.nanoTime();
        return running.entrySet().stream()
                .map(copy -> new Progress(
                        copy.getKey(),
                        copy.getValue().bytes().get(),
                        copy.getValue().total().get(),
                        Duration.ofNanos(now - copy.getValue().since())))
                .toList();
    }

    /** How a deal is called in what its operator reads: a direct deal by its ULID. */
    public static String nameOf(DealRecord deal) {
        return DirectTerms.isDirect(deal)
                ? new Ulid(deal.uuid()).toString()
                : deal.uuid().toString();
    }

    /**
     * Copies and checks; the deal goes on by itself once this returns.
     *
     * @throws AditException {@link DealErrorCode#DEAL_NOT_WAITING}, {@link DealErrorCode#DEAL_IMPORT_WRONG_DATA} or {@link
     *     DealErrorCode#DEAL_IMPORT_FILE}; then nothing of the file is kept
     */
    public Imported run(UUID uuid, Path file) {
        var deal = waiting(uuid, file);
        var progress = new Running(new AtomicLong(), new AtomicLong(), timeline.nanoTime());
        if (running.putIfAbsent(uuid, progress) != null) {
            throw notWaiting(nameOf(deal), file, "data for it is being imported");
        }
        try {
            var came = Assembly.makes(deal) ? part(deal, file, progress) : whole(deal, file, progress);
            store.transactVoid(tx -> tx.tasks().signal(DONE));
            return came;
        } catch (IOException e) {
            throw new AditException(
                    DealErrorCode.DEAL_IMPORT_FILE,
                    "importing " + file + " for deal " + nameOf(deal) + ": " + e + "; nothing was kept",
                    e);
        } finally {
            running.remove(uuid);
        }
    }

    private DealRecord waiting(UUID uuid, Path file) {
        var found = store.read(tx -> tx.deals().find(uuid));
        var why = found.map(DealImport::notWaiting).orElse("there is no such deal");
        if (!why.isEmpty()) {
            throw notWaiting(found.map(DealImport::nameOf).orElseGet(uuid::toString), file, why);
        }
        return found.orElseThrow();
    }

    private static AditException notWaiting(String deal, Path file, String why) {
        return new AditException(
                DealErrorCode.DEAL_NOT_WAITING, "importing " + file + " for deal " + deal + ": " + why);
    }

    private static String notWaiting(DealRecord deal) {
        if (!deal.offline()) {
            return "its data is fetched from its client";
        }
        if (DirectTerms.awaitsUpload(deal)) {
            return "its client uploads its data; an import at the same time would write into the same file";
        }
        if (deal.error().isPresent()) {
            return "it has failed: " + deal.error().get();
        }
        return deal.checkpoint() == DealCheckpoint.Accepted ? "" : "it has its data; it is " + deal.checkpoint();
    }

    private Imported whole(DealRecord deal, Path file, Running progress) throws IOException {
        var part = files.part(deal.uuid());
        try {
            var named = bytes(deal);
            if (named.isPresent() && Files.size(file) != named.getAsLong()) {
                throw wrong(
                        deal,
                        file,
                        "it must have " + named.getAsLong() + " bytes, as the deal's piece CID says, and has "
                                + Files.size(file));
            }
            var commP = copy(deal, file, part, deal.piece().size().unpadded().bytes(), progress);
            long bytes = commP.rawSize();
            var piece = commP.finish(deal.piece().size());
            if (!piece.equals(deal.piece())) {
                throw wrong(
                        deal,
                        file,
                        "the piece CID must be " + deal.piece().pieceCidV1() + ", and it has " + piece.pieceCidV1()
                                + sizes(deal, bytes));
            }
            files.keep(part, deal.piece());
            return new Imported(deal.uuid(), deal.piece(), bytes);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(part);
            throw e;
        }
    }

    /** How long a deal's data is, where the deal says that for certain: as a part of a direct deal's piece CID. */
    static OptionalLong bytes(DealRecord deal) {
        return DirectTerms.isDirect(deal)
                ? OptionalLong.of(DirectTerms.of(deal).data().rawSize())
                : OptionalLong.empty();
    }

    /** Often a file is only cut short, or another one. */
    private static String sizes(DealRecord deal, long bytes) {
        return deal.transferSize() == 0 || deal.transferSize() == bytes
                ? " (" + bytes + " bytes)"
                : " (it has " + bytes + " bytes, its client said " + deal.transferSize() + ")";
    }

    /** A piece of an aggregate. */
    private Imported part(DealRecord deal, Path file, Running progress) throws IOException {
        var assembly = new Assembly(deal, store, files);
        var lacking = assembly.toBeBrought();
        if (lacking.isEmpty()) {
            throw notWaiting(nameOf(deal), file, "every piece of its aggregate that is to be brought is here");
        }
        long size = Files.size(file);
        var fitting = lacking.stream()
                .filter(position -> assembly.part(position).rawSize() == size)
                .toList();
        var brought = files.brought(deal.uuid());
        try {
            if (fitting.isEmpty()) {
                throw wrong(
                        deal,
                        file,
                        "it has " + size + " bytes, and the pieces that are missing have "
                                + lacking.stream()
                                        .map(position -> String.valueOf(
                                                assembly.part(position).rawSize()))
                                        .distinct()
                                        .toList());
            }
            var commP = copy(deal, file, brought, size, progress);
            var piece = commP.finish(assembly.part(fitting.getFirst()).piece().size());
            int position = fitting.stream()
                    .filter(known -> assembly.part(known).piece().equals(piece))
                    .findFirst()
                    .orElseThrow(() ->
                            wrong(deal, file, "no piece that is missing has its piece CID " + piece.pieceCidV1()));
            assembly.place(position, brought);
            return new Imported(deal.uuid(), piece, size);
        } finally {
            Files.deleteIfExists(brought);
        }
    }

    private static CommP copy(DealRecord deal, Path file, Path target, long most, Running progress) throws IOException {
        var commP = new CommP();
        try (var from = FileChannel.open(file, StandardOpenOption.READ);
                var to = FileChannel.open(
                        target,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            progress.total().set(from.size());
            var buffer = ByteBuffer.allocate(BUFFER);
            while (from.read(buffer) >= 0) {
                if (commP.rawSize() + buffer.position() > most) {
                    throw wrong(deal, file, "it is longer than the " + most + " bytes that the piece holds");
                }
                commP.update(buffer.array(), 0, buffer.position());
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
                progress.bytes().set(commP.rawSize());
            }
            if (commP.rawSize() == 0) {
                throw wrong(deal, file, "it is empty");
            }
            to.force(true);
            return commP;
        } catch (IOException | RuntimeException e) {
            commP.abandon();
            throw e;
        }
    }

    private static AditException wrong(DealRecord deal, Path file, String what) {
        return new AditException(
                DealErrorCode.DEAL_IMPORT_WRONG_DATA,
                "importing " + file + " for deal " + nameOf(deal) + ": " + what + "; nothing was kept");
    }
}
