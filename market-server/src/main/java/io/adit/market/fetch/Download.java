package io.adit.market.fetch;

import io.adit.core.fil.CommP;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/**
 * Brings one file of known length to disk and computes its CommP on the way. What an earlier run left of the file is
 * hashed again and kept; a connection that breaks is taken up where it broke, as long as they bring enough to be worth the place
 * that the download holds. A server that goes silent is left at once: the next run goes on there, and others come in between.
 */
public final class Download {
    private static final int BUFFER = 256 << 10;
    /** A connection that breaks before is a poor one: what the least rate brings in the minute that an answer may take. */
    private static final int WORTH = 256 << 10;

    /** Nor is one poor that brought this part of a small file. */
    private static final int SMALL_FILES_PARTS = 16;

    private static final int POOR_IN_A_ROW = 3;

    private final FileSource files;
    private final FetchSource source;
    private final Path part;
    private final long size;
    private final LongConsumer progress;
    private final Pace pace;
    private CommP commP = new CommP();
    private boolean resumed;

    /** How fast a download may go. */
    public interface Pace {
        /** As fast as the data comes. */
        Pace FREE = bytes -> {};

        /** Called when so many bytes have come; waits until more may come. */
        void after(int bytes) throws InterruptedIOException;
    }

    /** A download as fast as the data comes. */
    public Download(FileSource files, FetchSource source, Path part, long size, LongConsumer progress) {
        this(files, source, part, size, progress, Pace.FREE);
    }

    /**
     * @param part the file to write; may hold a first part
     * @param size bytes of the whole file
     * @param progress told how many bytes are there
     */
    public Download(FileSource files, FetchSource source, Path part, long size, LongConsumer progress, Pace pace) {
        this.files = files;
        this.source = source;
        this.part = part;
        this.size = size;
        this.progress = progress;
        this.pace = pace;
    }

    /**
     * Fetches what is missing and makes it durable.
     *
     * @return the hash of all {@code size} bytes, still to be finished to the piece's size
     * @throws FetchException when it cannot go on now; what came is kept for the next run
     */
    public CommP run() throws IOException {
        try (var file =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long have = hashPresent(file);
            resumed = have > 0;
            int poor = 0;
            while (have < size) {
                long before = have;
                try {
                    have = fetch(file, have);
                } catch (FetchException e) {
                    have = commP.rawSize();
                    poor = have - before < Math.min(WORTH, size / SMALL_FILES_PARTS) ? poor + 1 : 0;
                    boolean worthGoingOn = have > before && poor < POOR_IN_A_ROW;
                    if (e.reason().permanent() || e.reason() == FetchErrorCode.FETCH_STALLED || !worthGoingOn) {
                        throw e;
                    }
                    resumed = true;
                }
            }
            file.force(true);
            return commP;
        } catch (IOException | RuntimeException e) {
            commP.abandon();
            throw e;
        }
    }

    /** Whether the file was put together from more than one answer; then a wrong CommP may be the seam's fault. */
    public boolean wasResumed() {
        return resumed;
    }

    /** Forgets what is on disk, for a fresh start. */
    public void discard() throws IOException {
        Files.deleteIfExists(part);
    }

    private long hashPresent(FileChannel file) throws IOException {
        if (file.size() > size) {
            file.truncate(0);
        }
        var buffer = ByteBuffer.allocate(BUFFER);
        for (int n = file.read(buffer); n >= 0; n = file.read(buffer)) {
            checkInterrupt();
            commP.update(buffer.array(), 0, n);
            buffer.clear();
        }
        progress.accept(commP.rawSize());
        return commP.rawSize();
    }

    private long fetch(FileChannel file, long have) throws IOException {
        try (var body = files.open(source, have, size)) {
            if (body.offset() != have) {
                file.truncate(0);
                commP.abandon();
                commP = new CommP();
            }
            copy(body, file);
        }
        return commP.rawSize();
    }

    private void copy(FileSource.Body body, FileChannel file) throws IOException {
        var buffer = new byte[BUFFER];
        file.position(commP.rawSize());
        for (int n = read(body, buffer); n >= 0; n = read(body, buffer)) {
            checkInterrupt();
            if (n > size - commP.rawSize()) {
                throw new FetchException(
                        FetchErrorCode.FETCH_WRONG_SIZE, "the server sends more than the " + size + " bytes agreed");
            }
            for (var bytes = ByteBuffer.wrap(buffer, 0, n); bytes.hasRemaining(); ) {
                file.write(bytes);
            }
            commP.update(buffer, 0, n);
            progress.accept(commP.rawSize());
            pace.after(n);
        }
        if (commP.rawSize() < size) {
            throw new FetchException(
                    FetchErrorCode.FETCH_BROKEN,
                    "the server ended after " + commP.rawSize() + " of the " + size + " bytes agreed");
        }
    }

    private static int read(FileSource.Body body, byte[] buffer) {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw Fetcher.broken(e);
        }
    }

    private static void checkInterrupt() throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
    }
}
