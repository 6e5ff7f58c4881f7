package io.adit.market.deal;

import io.adit.core.error.AditException;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceInfo;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.StateStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings the data of an offline deal from a file of the operator's. The file is copied, since it may be on a disk that goes
 * away again, and hashed on the way; only a copy with the deal's piece CID gets the piece's name. One that was cut short is
 * begun anew.
 */
public final class DealImport {
    /** Signalled when a piece has come. */
    static final String DONE = "deal.imported";

    private static final int BUFFER = 1 << 20;

    private final StateStore store;
    private final PieceFiles files;
    private final Set<UUID> running = ConcurrentHashMap.newKeySet();

    DealImport(StateStore store, PieceFiles files) {
        this.store = store;
        this.files = files;
    }

    /**
     * What came.
     *
     * @param bytes of the file
     */
    public record Imported(UUID deal, PieceInfo piece, long bytes) {}

    /**
     * Copies and checks; the deal goes on by itself once this returns.
     *
     * @throws AditException {@link DealErrorCode#DEAL_NOT_WAITING}, {@link DealErrorCode#DEAL_IMPORT_WRONG_DATA} or {@link
     *     DealErrorCode#DEAL_IMPORT_FILE}; then nothing of the file is kept
     */
    public Imported run(UUID uuid, Path file) {
        var deal = waiting(uuid, file);
        if (!running.add(uuid)) {
            throw new AditException(
                    DealErrorCode.DEAL_NOT_WAITING,
                    "importing " + file + ": data for deal " + uuid + " is being imported");
        }
        try {
            long bytes = copy(deal, file);
            store.transactVoid(tx -> tx.tasks().signal(DONE));
            return new Imported(uuid, deal.piece(), bytes);
        } catch (IOException e) {
            throw new AditException(
                    DealErrorCode.DEAL_IMPORT_FILE,
                    "importing " + file + " for deal " + uuid + ": " + e + "; nothing was kept",
                    e);
        } finally {
            running.remove(uuid);
        }
    }

    private DealRecord waiting(UUID uuid, Path file) {
        var found = store.read(tx -> tx.deals().find(uuid));
        var why = found.map(DealImport::notWaiting).orElse("there is no such deal");
        if (!why.isEmpty()) {
            throw new AditException(
                    DealErrorCode.DEAL_NOT_WAITING, "importing " + file + " for deal " + uuid + ": " + why);
        }
        return found.orElseThrow();
    }

    private static String notWaiting(DealRecord deal) {
        if (!deal.offline()) {
            return "its data is fetched from its client";
        }
        if (deal.error().isPresent()) {
            return "it has failed: " + deal.error().get();
        }
        return deal.checkpoint() == DealCheckpoint.Accepted ? "" : "it has its data; it is " + deal.checkpoint();
    }

    private long copy(DealRecord deal, Path file) throws IOException {
        var part = files.part(deal.uuid());
        try (var from = FileChannel.open(file, StandardOpenOption.READ);
                var to = FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            var commP = new CommP();
            copy(from, to, commP, deal, file);
            long bytes = commP.rawSize();
            var piece = commP.finish(deal.piece().size());
            if (!piece.equals(deal.piece())) {
                throw wrong(deal, file, "it has " + piece.pieceCidV1());
            }
            to.force(true);
            files.keep(deal.uuid(), deal.piece());
            return bytes;
        } catch (IOException | RuntimeException e) {
            files.discard(deal.uuid());
            throw e;
        }
    }

    private static void copy(FileChannel from, FileChannel to, CommP commP, DealRecord deal, Path file)
            throws IOException {
        long most = deal.piece().size().unpadded().bytes();
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
        }
        if (commP.rawSize() == 0) {
            throw wrong(deal, file, "it is empty");
        }
    }

    private static AditException wrong(DealRecord deal, Path file, String what) {
        return new AditException(
                DealErrorCode.DEAL_IMPORT_WRONG_DATA,
                "importing " + file + " for deal " + deal.uuid() + ": the piece CID must be "
                        + deal.piece().pieceCidV1() + ", and " + what + "; nothing was kept");
    }
}
