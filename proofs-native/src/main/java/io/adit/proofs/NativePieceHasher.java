package io.adit.proofs;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceHasher;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A piece commitment in native code, in the calling thread. Payload is gathered in a buffer outside the heap, 256 KiB a call:
 * copying there costs a thirtieth of hashing, what JNA does with an array of the heap twice that.
 *
 * <p>The stream behind it is given back when the piece is finished, or when this object is garbage.
 */
final class NativePieceHasher implements PieceHasher {
    private static final int BUFFER = 256 << 10;
    private static final Cleaner CLEANER = Cleaner.create();

    private final long stream;
    private final Cleaner.Cleanable release;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final Pointer address = Native.getDirectBufferPointer(buffer);
    private long taken;

    /** Begins a piece, with the kernel of that name or, for no name, the best. */
    NativePieceHasher(String kernel) {
        var name = kernel.getBytes(StandardCharsets.UTF_8);
        var answer = AditKernels.answer((out, length) -> AditKernels.adit_commp_new(name, name.length, 1, out, length));
        long opened = ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN).getLong();
        stream = opened;
        release = CLEANER.register(this, () -> AditKernels.adit_commp_drop(opened));
    }

    @Override
    public void update(byte[] data, int offset, int count) {
        taken += count;
        int from = offset;
        int left = count;
        while (left > 0) {
            int n = Math.min(left, buffer.remaining());
            buffer.put(data, from, n);
            from += n;
            left -= n;
            if (!buffer.hasRemaining()) {
                hash();
            }
        }
    }

    @Override
    public Commitment finish(PaddedSize size) {
        try {
            hash();
            var answer = AditKernels.answer(
                    (out, length) -> AditKernels.adit_commp_finish(stream, size.bytes(), out, length));
            return commitment(ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN), size);
        } finally {
            release.clean();
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void abandon() {
        release.clean();
    }

    private Commitment commitment(ByteBuffer answer, PaddedSize size) {
        if (answer.remaining() != Commitment.LENGTH + 2 * Long.BYTES) {
            throw wrong("%d bytes of answer".formatted(answer.remaining()));
        }
        var commP = new byte[Commitment.LENGTH];
        answer.get(commP);
        long padded = answer.getLong();
        long raw = answer.getLong();
        if (padded != size.bytes() || raw != taken) {
            throw wrong("%d bytes in a piece of %d where %d in one of %d are due"
                    .formatted(raw, padded, taken, size.bytes()));
        }
        return Commitment.of(commP);
    }

    private static ProofsException wrong(String what) {
        return new ProofsException(ProofsError.INVALID_INPUT, "Hashing a piece: the library tells of " + what);
    }

    private void hash() {
        try {
            int count = buffer.position();
            if (count > 0) {
                AditKernels.answer((out, length) -> AditKernels.adit_commp_update(stream, address, count, out, length));
                buffer.clear();
            }
        } finally {
            // Or the stream and the buffer might be given back while they are in use.
            Reference.reachabilityFence(this);
        }
    }
}
