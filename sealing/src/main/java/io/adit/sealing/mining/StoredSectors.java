package io.adit.sealing.mining;

import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.proofs.PrivateReplica;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.StoragePath;
import io.adit.sealing.storage.StoragePaths;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Sectors on the node's storage paths. Their disks are asked on the paths' own threads: one that hangs is found out before
 * the proof library is sent into it.
 */
public final class StoredSectors implements ChallengedSectors {
    private static final int NODE = 32;

    private final StoragePaths paths;
    private final ActorId miner;
    private final SectorSize size;

    public StoredSectors(StoragePaths paths, ActorId miner, SectorSize size) {
        this.paths = paths;
        this.miner = miner;
        this.size = size;
    }

    @Override
    public Optional<String> problem(SectorNumber number, Duration patience) {
        var sector = new SectorId(miner, number);
        try {
            var sealed = paths.locate(sector, SectorFileType.SEALED);
            var cache = paths.locate(sector, SectorFileType.CACHE);
            if (sealed.isEmpty() || cache.isEmpty()) {
                return Optional.of("its " + (sealed.isEmpty() ? "sealed file" : "cache") + " is on no attached path");
            }
            var ofReplica = ask(sealed.get(), sector, patience, SectorFileType.SEALED);
            return ofReplica.isPresent() ? ofReplica : ask(cache.get(), sector, patience, SectorFileType.CACHE);
        } catch (IOException | AditException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> ask(StoragePath path, SectorId sector, Duration patience, SectorFileType type)
            throws IOException {
        var file = path.file(sector, type);
        return paths.ask(path, sector, patience, () -> type == SectorFileType.CACHE ? ofCache(file) : ofReplica(file));
    }

    private Optional<String> ofReplica(Path sealed) throws IOException {
        long length = Files.size(sealed);
        if (length != size.bytes()) {
            return Optional.of("its sealed file has " + length + " bytes instead of " + size.bytes());
        }
        read(sealed, 0);
        read(sealed, length - NODE);
        return Optional.empty();
    }

    private static Optional<String> ofCache(Path cache) throws IOException {
        read(cache.resolve("p_aux"), 0);
        return Optional.empty();
    }

    private static void read(Path file, long at) throws IOException {
        try (var channel = FileChannel.open(file)) {
            if (channel.read(ByteBuffer.allocate(NODE), at) != NODE) {
                throw new EOFException(file + " ends before byte " + (at + NODE));
            }
        }
    }

    @Override
    public PrivateReplica replica(SectorNumber number, Commitment commR) {
        var sector = new SectorId(miner, number);
        return new PrivateReplica(
                number,
                commR,
                paths.require(sector, SectorFileType.CACHE),
                paths.require(sector, SectorFileType.SEALED));
    }
}
