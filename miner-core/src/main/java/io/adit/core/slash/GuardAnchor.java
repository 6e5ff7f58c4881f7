package io.adit.core.slash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A second memory of how far the log is, kept apart from it: on another volume, or in a database with its own backups. A
 * log that is older than its anchor was restored; a log without its anchor was copied.
 */
public interface GuardAnchor {
    /** The mark, or empty if there is none that can be read. */
    Optional<Mark> read() throws IOException;

    /** Replaces the mark. On disk when this returns. */
    void write(Mark mark) throws IOException;

    /**
     * What the anchor remembers.
     *
     * @param identity 16 random bytes that the log was made with
     * @param highWater the last epoch that the log knows of; -1 for none
     * @param logState {@linkplain LogFile#state what the file system said} of the log then; empty where it does not
     */
    record Mark(byte[] identity, long highWater, Optional<String> logState) {
        static final int IDENTITY_LENGTH = 16;

        Mark(byte[] identity, long highWater) {
            this(identity, highWater, Optional.empty());
        }

        public Mark {
            identity = identity.clone();
        }

        /**
         * Whether the log's file is as it was when the mark was written. Log and anchor that both were overwritten by older
         * ones agree with each other, and the log is the same file still; but it was changed since.
         */
        boolean tellsOf(Path log) throws IOException {
            return logState.isPresent() && logState.equals(LogFile.state(log));
        }

        @Override
        public byte[] identity() {
            return identity.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Mark that
                    && highWater == that.highWater
                    && Arrays.equals(identity, that.identity)
                    && logState.equals(that.logState);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * Arrays.hashCode(identity) + Long.hashCode(highWater)) + logState.hashCode();
        }

        @Override
        public String toString() {
            return HexFormat.of().formatHex(identity) + " at " + highWater;
        }
    }
}
