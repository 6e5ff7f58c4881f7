package io.adit.sealing.storage;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One declared path as {@code adit storage list} shows it; all sizes in bytes.
 *
 * @param root the declared directory
 * @param settings its settings; empty where the path cannot be read
 * @param capacity the size of its file system
 * @param available what may still be put there by this node: free space or what MaxStorage leaves, less reservations
 * @param reserved what running steps may still write there
 * @param used what sector files take there
 * @param sealed the sealed sectors lying there
 * @param problem why the path is not in use; empty when it is
 */
public record PathStatus(
        Path root,
        Optional<PathSettings> settings,
        long capacity,
        long available,
        long reserved,
        long used,
        int sealed,
        Optional<String> problem) {}
