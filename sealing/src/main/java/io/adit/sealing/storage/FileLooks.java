package io.adit.sealing.storage;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorId;
import io.adit.sealing.SealingError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;

/** Asks several disks for one file at once, so that one that hangs keeps nobody from a file that lies elsewhere. */
final class FileLooks {
    private final StoragePaths paths;

    FileLooks(StoragePaths paths) {
        this.paths = paths;
    }

    enum Answer {
        HERE,
        NOT_HERE,
        SILENT
    }

    record Look(List<StoragePath> holders, List<StoragePath> silent) {}

    Answer has(StoragePath path, SectorId sector, SectorFileType type) {
        try {
            boolean here = paths.ask(
                    path,
                    sector,
                    StoragePaths.PATIENCE,
                    () -> Files.exists(path.file(sector, type), LinkOption.NOFOLLOW_LINKS));
            return here ? Answer.HERE : Answer.NOT_HERE;
        } catch (IOException e) {
            return Answer.SILENT;
        }
    }

    /** Asks all paths at once; where one holder is enough, those that have not answered by then are not waited for. */
    Look look(List<StoragePath> asked, SectorId sector, SectorFileType type, boolean oneIsEnough) {
        record Answered(StoragePath path, Answer answer) {}
        var answers = new LinkedBlockingQueue<Answered>();
        for (StoragePath path : asked) {
            // Waits only; the disk itself is asked on the path's own thread.
            Thread.ofVirtual().start(() -> answers.add(new Answered(path, has(path, sector, type))));
        }
        var holders = new ArrayList<StoragePath>();
        var silent = new ArrayList<StoragePath>();
        try {
            for (int i = 0; i < asked.size(); i++) {
                Answered one = answers.take();
                switch (one.answer()) {
                    case HERE -> holders.add(one.path());
                    case SILENT -> silent.add(one.path());
                    case NOT_HERE -> {}
                }
                if (oneIsEnough && !holders.isEmpty()) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(
                    SealingError.STORAGE_SILENT, "looking for the files of a sector: interrupted while waiting", e);
        }
        return new Look(holders, silent);
    }
}
