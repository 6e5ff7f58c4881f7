package io.adit.sealing.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A disk that was asked and did not answer in time: a mount that hangs, a drive that retries. */
public final class SilentDiskException extends IOException {

    private static final long serialVersionUID = 1L;

    SilentDiskException(Path root, Duration patience) {
        super("storage path " + root + ": its disk did not answer within " + patience.toSeconds()
                + " s; check the mount and the drive");
    }
}
