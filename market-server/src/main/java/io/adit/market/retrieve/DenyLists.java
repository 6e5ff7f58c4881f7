package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Content that the operator does not serve, from deny lists in files ({@code .deny}). A file that has changed is read again
 * within {@value #SECONDS} seconds; while it cannot be read, what it said before counts.
 */
public final class DenyLists implements ContentPolicy {
    private static final Logger LOG = LoggerFactory.getLogger(DenyLists.class);
    private static final long SECONDS = 10;
    private static final Duration PERIOD = Duration.ofSeconds(SECONDS);

    private final InstantSource clock;
    private final List<Source> sources = new ArrayList<>();
    private final ReentrantLock looking = new ReentrantLock();
    private volatile List<DenyList> lists;
    private volatile Instant looked;

    /** A file, and what it looked like when it was read. */
    private static final class Source {
        private final Path file;
        private Version version;
        private DenyList list;

        Source(Path file) throws IOException {
            this.file = file;
            this.version = Version.of(file);
            this.list = load(file);
        }

        /** Reads the file if it has changed. */
        void refresh() {
            try {
                var now = Version.of(file);
                if (!now.equals(version)) {
                    list = load(file);
                    version = now;
                }
            } catch (IOException e) {
                LOG.warn("cannot read the deny list {}; what it said before counts: {}", file, e.toString());
            }
        }

        private static DenyList load(Path file) throws IOException {
            try (var in = Files.newInputStream(file)) {
                var list = DenyList.read(in);
                LOG.info("deny list {}: {} rules, {} that do nothing here", file, list.rules(), list.unused());
                return list;
            }
        }
    }

    private record Version(FileTime modified, long size) {
        static Version of(Path file) throws IOException {
            return new Version(Files.getLastModifiedTime(file), Files.size(file));
        }
    }

    private DenyLists(InstantSource clock) {
        this.clock = clock;
        this.looked = clock.instant();
        this.lists = List.of();
    }

    /**
     * Reads the lists.
     *
     * @throws IOException when one of them cannot be read: nothing is to be served that it might deny
     */
    public static DenyLists open(List<Path> files, InstantSource clock) throws IOException {
        var lists = new DenyLists(clock);
        for (var file : files) {
            try {
                lists.sources.add(new Source(file));
            } catch (IOException e) {
                throw new IOException("cannot read the deny list " + file + ": " + e.getMessage(), e);
            }
        }
        lists.lists = lists.sources.stream().map(source -> source.list).toList();
        return lists;
    }

    @Override
    public boolean isBlocked(Cid cid) {
        return isBlocked(cid, "");
    }

    @Override
    public boolean isBlocked(Cid cid, String path) {
        refresh();
        for (var list : lists) {
            if (list.isBlocked(cid, path)) {
                return true;
            }
        }
        return false;
    }

    private void refresh() {
        if (clock.instant().isBefore(looked.plus(PERIOD)) || !looking.tryLock()) {
            return;
        }
        try {
            sources.forEach(Source::refresh);
            lists = sources.stream().map(source -> source.list).toList();
            looked = clock.instant();
        } finally {
            looking.unlock();
        }
    }
}
