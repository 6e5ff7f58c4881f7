package io.adit.sealing.pipeline;

import io.adit.core.fil.Randomness;
import io.adit.core.ipld.CborException;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Hashes;
import io.adit.sealing.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The opaque output of a proof phase, kept in the sector's cache directory for the next one. It is written last and
 * atomically, so its presence says that the phase is complete; it names the randomness the phase was run with, so
 * what belongs to an older ticket or seed is not used.
 */
final class PhaseOutput {

    /** Written after PC1, in the cache directory. */
    static final String PRE_COMMIT_1 = "adit-precommit1-output";

    /** Written after PC2. */
    static final String PRE_COMMIT_2 = "adit-precommit2-output";

    /** Written after C1. */
    static final String COMMIT_1 = "adit-commit1-output";

    /** C1 of a 64 GiB sector stays well below this. */
    private static final int MAX_BYTES = 512 << 20;

    private PhaseOutput() {}

    static void write(Path cache, String name, Randomness randomness, byte[] output) throws IOException {
        byte[] cbor = new CborWriter()
                .array(3)
                .bytes(randomness.bytes())
                .bytes(Hashes.sha256(output))
                .bytes(output)
                .toByteArray();
        DurableFiles.write(cache.resolve(name), cbor);
        if (read(cache, name, randomness).isEmpty()) {
            // Else the next step would send the sector back here, again and again, and no attempt would count.
            throw new IOException(cache.resolve(name) + " reads back with other bytes than were written");
        }
    }

    /** The phase's output, if it is complete, undamaged and was made with this randomness. */
    static Optional<byte[]> read(Path cache, String name, Randomness randomness) throws IOException {
        Path file = cache.resolve(name);
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
            return Optional.empty();
        }
        try {
            var reader = new CborReader(Files.readAllBytes(file));
            reader.array(3);
            byte[] madeWith = reader.bytes(Randomness.LENGTH);
            byte[] sum = reader.bytes(32);
            byte[] output = reader.bytes(MAX_BYTES);
            reader.end();
            boolean good = Arrays.equals(madeWith, randomness.bytes()) && Arrays.equals(sum, Hashes.sha256(output));
            return good ? Optional.of(output) : Optional.empty();
        } catch (CborException damaged) {
            return Optional.empty();
        }
    }

    static void remove(Path cache) throws IOException {
        for (String name : new String[] {PRE_COMMIT_1, PRE_COMMIT_2, COMMIT_1}) {
            Files.deleteIfExists(cache.resolve(name));
        }
        DurableFiles.syncDirectory(cache);
    }
}
