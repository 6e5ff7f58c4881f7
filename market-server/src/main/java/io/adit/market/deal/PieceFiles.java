package io.adit.market.deal;

import io.adit.core.fil.PieceInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/** The folder of pieces: {@code <deal>.part} while one comes in, {@code <piece CID>.car} once its CommP is checked. */
final class PieceFiles {
    private final Path folder;
    private final ReentrantLock turn = new ReentrantLock();

    PieceFiles(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("making the folder of pieces " + folder, e);
        }
    }

    Path part(UUID deal) {
        return folder.resolve(deal + ".part");
    }

    private Path whole(PieceInfo piece) {
        return folder.resolve(piece.pieceCidV1() + ".car");
    }

    /** The checked piece, if it is here: from this deal, before a crash, or from another deal with the same data. */
    Optional<Path> find(PieceInfo piece) {
        return Optional.of(whole(piece)).filter(Files::exists);
    }

    /** Bytes of the deal's data that have come; 0 if none or if that cannot be told now. */
    long received(UUID deal) {
        try {
            var part = part(deal);
            return Files.exists(part) ? Files.size(part) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /**
     * Gives a complete, durable, checked part its final name. A file that has the name stays and the part goes: it has the
     * same CommP and may differ in the zeros at its end only, and a sector may be made from it just now.
     */
    Path keep(UUID deal, PieceInfo piece) throws IOException {
        turn.lock();
        try {
            var whole = whole(piece);
            if (Files.exists(whole)) {
                discard(deal);
            } else {
                Files.move(part(deal), whole, StandardCopyOption.ATOMIC_MOVE);
            }
            try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                directory.force(true);
            }
            return whole;
        } finally {
            turn.unlock();
        }
    }

    /** Removes the checked piece. */
    void remove(PieceInfo piece) throws IOException {
        turn.lock();
        try {
            Files.deleteIfExists(whole(piece));
        } finally {
            turn.unlock();
        }
    }

    void discard(UUID deal) throws IOException {
        Files.deleteIfExists(part(deal));
    }
}
