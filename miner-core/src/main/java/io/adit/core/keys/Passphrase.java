package io.adit.core.keys;

import io.adit.core.error.AditException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Where the keystore's passphrase comes from. */
public final class Passphrase {
    /** The environment variable with the passphrase itself. */
    public static final String VARIABLE = "ADIT_PASSPHRASE";
    /** The environment variable that names a file with it. */
    public static final String FILE_VARIABLE = "ADIT_PASSPHRASE_FILE";

    private static final int MAX_BYTES = 4096;

    private Passphrase() {}

    /**
     * The passphrase from the configured file, else from the file or the text in the environment. A line end after it
     * does not count.
     *
     * @throws AditException {@link KeyErrorCode#KEY_NO_PASSPHRASE}, or {@link KeyErrorCode#KEY_FILE_EXPOSED} if others
     *     can read the file
     */
    public static char[] read(Map<String, String> environment, Optional<Path> configuredFile) {
        Optional<Path> file = configuredFile.or(
                () -> Optional.ofNullable(environment.get(FILE_VARIABLE)).map(Path::of));
        if (file.isPresent()) {
            return readFile(file.get());
        }
        String text = environment.get(VARIABLE);
        if (text == null || text.isEmpty()) {
            throw new AditException(
                    KeyErrorCode.KEY_NO_PASSPHRASE,
                    "opening the keystore: no passphrase; set " + VARIABLE + " or " + FILE_VARIABLE);
        }
        return text.toCharArray();
    }

    private static char[] readFile(Path file) {
        try {
            byte[] bytes = SecretFiles.read(file, MAX_BYTES);
            var decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
            int length = decoded.length();
            while (length > 0 && (decoded.charAt(length - 1) == '\n' || decoded.charAt(length - 1) == '\r')) {
                length--;
            }
            char[] passphrase = new char[length];
            decoded.get(passphrase);
            Arrays.fill(bytes, (byte) 0);
            if (length == 0) {
                throw new AditException(KeyErrorCode.KEY_NO_PASSPHRASE, "the passphrase file " + file + " is empty");
            }
            return passphrase;
        } catch (IOException e) {
            throw new AditException(
                    KeyErrorCode.KEY_NO_PASSPHRASE, "reading the passphrase file " + file + ": " + e.getMessage(), e);
        }
    }
}
