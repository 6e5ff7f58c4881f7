package io.adit.market.deal;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.state.DealRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** The folder of pieces: {@code <deal>.part} while one comes in, {@code <piece CID>.car} once its CommP is checked. */
final class PieceFiles {
    private static final int UUID_LENGTH = 36;

    private final Path folder;
    private final ReentrantLock turn = new ReentrantLock();
    /** Of pieces that got their name in this process and have no row in the store yet: for which size they were checked. */
    private final Map<Commitment, PaddedSize> checked = new ConcurrentHashMap<>();

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

    /**
     * Opens a deal's part for writing, begun anew where it is not there.
     *
     * @param whenNew is run before it is made
     */
    FileChannel openPart(UUID deal, Runnable whenNew) throws IOException {
        turn.lock();
        try {
            if (Files.notExists(part(deal))) {
                whenNew.run();
            }
            return FileChannel.open(part(deal), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } finally {
            turn.unlock();
        }
    }

    /** The deal's data while it comes from a locator: beside the part, into which the operator may bring it meanwhile. */
    Path located(UUID deal) {
        return folder.resolve(deal + "-located.part");
    }

    /** The deal's data while its client uploads it: where others may bring it, too, beside what they write. */
    Path uploaded(DealRecord deal) {
        return DirectTerms.isDirect(deal) ? part(deal.uuid()) : uploaded(deal.uuid());
    }

    private Path uploaded(UUID deal) {
        return folder.resolve(deal + "-uploaded.part");
    }

    /** A piece of the deal's aggregate, while it comes in. */
    Path incoming(UUID deal, int position) {
        return folder.resolve(deal + "-" + position + ".part");
    }

    /** What the operator brings for the deal's aggregate, before it shows which of its pieces it is. */
    Path brought(UUID deal) {
        return folder.resolve(deal + "-brought.part");
    }

    private Path whole(PieceInfo piece) {
        return folder.resolve(piece.pieceCidV1() + ".car");
    }

    /** The checked piece, if it is here: from this deal, before a crash, or from another deal with the same data. */
    Optional<Path> find(PieceInfo piece) {
        return Optional.of(whole(piece)).filter(Files::exists);
    }

    /** For which size the file was checked, if that happened since this process started and the store does not know it. */
    Optional<PaddedSize> checkedSize(PieceInfo piece) {
        return Optional.ofNullable(checked.get(piece.commP()));
    }

    /** The store knows it from now on. */
    void noted(PieceInfo piece) {
        checked.remove(piece.commP());
    }

    /** Bytes of the deal's data that have come; 0 if none or if that cannot be told now. */
    long received(UUID deal) {
        try {
            return Math.max(size(part(deal)), Math.max(size(located(deal)), size(uploaded(deal))));
        } catch (IOException e) {
            return 0;
        }
    }

    private static long size(Path part) throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    /**
     * Gives a complete, durable, checked part its final name. A file that has the name stays and the part goes: it has the
     * same CommP and may differ in the zeros at its end only, and a sector may be made from it just now.
     */
    Path keep(Path part, PieceInfo piece) throws IOException {
        turn.lock();
        try {
            var whole = whole(piece);
            if (Files.exists(whole)) {
                Files.deleteIfExists(part);
            } else {
                Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
                checked.put(piece.commP(), piece.size());
            }
            syncFolder();
            return whole;
        } finally {
            turn.unlock();
        }
    }

    /** After this a part that was made here, and synced, is found again under its name whatever happens. */
    void syncFolder() throws IOException {
        try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Removes the parts of deals that do not wait for their data: a process that was killed could not. */
    void discardOthers(Predicate<UUID> waits) {
        try (var files = Files.newDirectoryStream(folder, "*.part")) {
            for (var part : files) {
                var name = part.getFileName().toString();
                if (name.length() >= UUID_LENGTH && !waits.test(UUID.fromString(name.substring(0, UUID_LENGTH)))) {
                    Files.deleteIfExists(part);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("looking for parts in the folder of pieces " + folder, e);
        }
    }

    /** Removes the checked piece. */
    void remove(PieceInfo piece) throws IOException {
        turn.lock();
        try {
            Files.deleteIfExists(whole(piece));
            checked.remove(piece.commP());
        } finally {
            turn.unlock();
        }
    }

    /** Removes what has come of the deal's data. */
    void discard(UUID deal) throws IOException {
        Files.deleteIfExists(part(deal));
        Files.deleteIfExists(located(deal));
        Files.deleteIfExists(uploaded(deal));
    }
}
