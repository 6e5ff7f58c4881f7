package io.adit.core.fil;

import io.adit.core.error.InvalidValueException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes a piece commitment from a stream of payload bytes: Fr32 padding, then a binary SHA-256 tree filled up with
 * zeros to a power of two (Filecoin spec, "Piece Commitment"). Memory is at most half a mebibyte whatever the length. Not
 * thread-safe; one use. Who takes payload that may break off calls {@link #abandon} then: native memory waits for the garbage
 * collector otherwise.
 *
 * <p>Payloads of more than 64 KiB are hashed by the fastest way that there is here ({@link PieceHashers}), which is native
 * code in a node and Java where the native library is missing; smaller ones always in Java, which has begun by then.
 */
public final class CommP {
    /** Payload up to which a piece is not worth a native hasher. */
    private static final int SMALL = 64 << 10;

    private static final int FIRST = 1 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(CommP.class);

    private static final int MOST_FAILING = 8;

    private final Supplier<PieceHasher> large;
    private byte[] small = new byte[0];
    private Optional<PieceHasher> hasher = Optional.empty();
    private long length;
    private boolean finished;

    public CommP() {
        this(CommP::fastest);
    }

    private CommP(Supplier<PieceHasher> large) {
        this.large = large;
    }

    /** One that never uses native code: the peer that the others are compared with. */
    public static CommP inJava() {
        return new CommP(JavaPieceHasher::new);
    }

    /** The commitment of everything that the stream has, which is left open. */
    public static PieceInfo of(InputStream payload) throws IOException {
        var commP = new CommP();
        try {
            var buffer = new byte[1 << 18];
            for (int n = payload.read(buffer); n >= 0; n = payload.read(buffer)) {
                commP.update(buffer, 0, n);
            }
            return commP.finish();
        } finally {
            commP.abandon();
        }
    }

    public static PieceInfo of(byte[] payload) {
        var commP = new CommP();
        commP.update(payload, 0, payload.length);
        return commP.finish();
    }

    /** Takes more payload. */
    public void update(byte[] data, int offset, int count) {
        requireUnfinished();
        if (hasher.isEmpty() && length + count <= SMALL) {
            int have = (int) length;
            if (have + count > small.length) {
                small = Arrays.copyOf(small, Math.clamp(2L * (have + count), FIRST, SMALL));
            }
            System.arraycopy(data, offset, small, have, count);
        } else {
            var hashing = hasher.orElseGet(this::begin);
            hashing.update(data, offset, count);
        }
        length += count;
    }

    /** Payload bytes so far. */
    public long rawSize() {
        return length;
    }

    /** The piece of the smallest size that holds the payload: at least 127 bytes before padding. */
    public PieceInfo finish() {
        return finish(PaddedSize.fitting(length));
    }

    /** The piece filled up with zeros to {@code size}, as deals may ask for. */
    public PieceInfo finish(PaddedSize size) {
        requireUnfinished();
        if (length > size.unpadded().bytes()) {
            throw new InvalidValueException(
                    "payload",
                    length + " bytes",
                    "at most the " + size.unpadded().bytes() + " that the piece holds");
        }
        var last = hasher.orElseGet(this::inSmall);
        release();
        return new PieceInfo(last.finish(size), size);
    }

    /** No commitment is wanted any more: gives back native memory at once. Does nothing after {@link #finish} or twice. */
    public void abandon() {
        var last = hasher;
        release();
        last.ifPresent(PieceHasher::abandon);
    }

    /** Whoever keeps this object keeps no buffers. */
    private void release() {
        finished = true;
        hasher = Optional.empty();
        small = new byte[0];
    }

    private PieceHasher begin() {
        var begun = large.get();
        begun.update(small, 0, (int) length);
        small = new byte[0];
        hasher = Optional.of(begun);
        return begun;
    }

    private PieceHasher inSmall() {
        var java = new JavaPieceHasher();
        java.update(small, 0, (int) length);
        return java;
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("the piece commitment has been computed already, or given up");
        }
    }

    private static PieceHasher fastest() {
        for (var hashers : Found.ALL) {
            var begun = hashers.begin();
            if (begun.isPresent()) {
                return begun.get();
            }
        }
        return new JavaPieceHasher();
    }

    /** Looked for at the first piece that is large enough. */
    private static final class Found {
        static final List<PieceHashers> ALL = find(CommP.class.getClassLoader());
    }

    /** One that cannot be loaded is left out; a list that never comes to an end, after some. */
    static List<PieceHashers> find(ClassLoader loader) {
        var found = new ArrayList<PieceHashers>();
        var all = ServiceLoader.load(PieceHashers.class, loader).iterator();
        for (int failed = 0; failed < MOST_FAILING; ) {
            try {
                if (!all.hasNext()) {
                    break;
                }
                found.add(all.next());
            } catch (ServiceConfigurationError | LinkageError broken) {
                LOG.warn("A faster way to hash pieces cannot be used", broken);
                failed++;
            }
        }
        return List.copyOf(found);
    }
}
