package io.adit.proofs;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The layout of a {@code .params} file, as far as its length goes.
 *
 * <p>It is the verifying key (three points each of G1 and G2, then a list of points of G1), followed by the lists H, L, A
 * and B in G1 and B in G2, all uncompressed; each list begins with a big-endian 32-bit count (bellperson's Groth16
 * parameters). So a file that was cut off is known without reading its gigabyte.
 */
final class ParameterFile {
    private static final int G1 = 96;
    private static final int G2 = 192;
    private static final long KEY_HEAD = 3 * G1 + 3 * G2;
    private static final List<Integer> LISTS = List.of(G1, G1, G1, G1, G1, G2);

    private ParameterFile() {}

    /** Whether the file has exactly the length that its own counts give. */
    static boolean isWhole(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var end = KEY_HEAD;
            for (var point : LISTS) {
                end += Integer.BYTES + count(channel, end) * point;
            }
            return end == channel.size();
        } catch (EOFException tooShort) {
            return false;
        }
    }

    private static long count(FileChannel channel, long position) throws IOException {
        var bytes = ByteBuffer.allocate(Integer.BYTES);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException();
            }
        }
        return Integer.toUnsignedLong(bytes.getInt(0));
    }
}
