package io.adit.sealing.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks the file system how full it is; a seam so that a test can have a small disk. */
@FunctionalInterface
public interface SpaceProbe {

    /**
     * Capacity and free space of the file system that holds a path, in bytes.
     *
     * @param capacity all bytes
     * @param available the bytes that this process may still write
     */
    record Space(long capacity, long available) {}

    /** Measures now. */
    Space measure(Path path) throws IOException;

    /** What is equal for two paths that share their free space; each path has its own unless said otherwise. */
    default Object fileSystem(Path path) throws IOException {
        return path;
    }

    /** The operating system's answer. */
    static SpaceProbe ofSystem() {
        return new SpaceProbe() {
            @Override
            public Space measure(Path path) throws IOException {
                var store = Files.getFileStore(path);
                return new Space(store.getTotalSpace(), store.getUsableSpace());
            }

            @Override
            public Object fileSystem(Path path) throws IOException {
                return path.getFileSystem().supportedFileAttributeViews().contains("unix")
                        ? Files.getAttribute(path, "unix:dev")
                        : Files.getFileStore(path);
            }
        };
    }
}
