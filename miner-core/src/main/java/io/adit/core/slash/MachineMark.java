package io.adit.core.slash;

import io.adit.core.error.InvalidValueException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where and since when a machine runs. A guard that starts under another mark than the one it last ran under cannot tell a
 * reboot from a disk that was restored or cloned, so it waits out the epochs that may have been signed meanwhile.
 *
 * @param text at most 128 characters; equal texts mean the same boot of the same machine
 */
public record MachineMark(String text) {
    private static final int MAX = 128;
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    public MachineMark {
        if (text.isBlank() || text.length() > MAX) {
            throw new InvalidValueException("machine mark", text, "1 to " + MAX + " characters");
        }
    }

    /** The kernel's boot ID; on systems without one, a mark that is new with each process and so always waits. */
    public static MachineMark ofSystem() {
        try {
            return new MachineMark("boot "
                    + Files.readString(BOOT_ID, StandardCharsets.US_ASCII).strip());
        } catch (IOException e) {
            var process = ProcessHandle.current();
            return new MachineMark("process " + process.pid() + " "
                    + process.info().startInstant().map(Object::toString).orElse("at " + System.nanoTime()));
        }
    }
}
