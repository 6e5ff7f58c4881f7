package io.adit.core.slash;

import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;

/** Opens guards for {@link TestBlock#MINER} in a folder, on a machine and under a lease that tests can change. */
final class GuardFixture {
    static final Cid GENESIS = Cid.dagCbor("a network".getBytes(StandardCharsets.UTF_8));
    static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T00:00:00Z"));

    final Path directory;
    final Path anchor;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    MachineMark mark = new MachineMark("boot 1");
    OptionalLong token = OptionalLong.of(0);
    boolean wait = true;

    GuardFixture(Path root) {
        this(root.resolve("guard"), root.resolve("elsewhere").resolve("anchor"));
    }

    GuardFixture(Path directory, Path anchor) {
        this.directory = directory;
        this.anchor = anchor;
    }

    GuardSettings settings() {
        return new GuardSettings(
                TestBlock.MINER, GENESIS, directory, new FileGuardAnchor(anchor), mark, () -> token, wait);
    }

    Path log() {
        return settings().log();
    }

    /** Writes into the files that are there, as a restore may; not before the file system's clock has gone on. */
    void overwrite(byte[] oldLog, byte[] oldAnchor) throws IOException {
        var known = new FileGuardAnchor(anchor).read().orElseThrow().logState();
        Files.write(anchor, oldAnchor);
        var then = new FileGuardAnchor(anchor).read().orElseThrow().logState();
        do {
            Files.write(log(), oldLog);
        } while (LogFile.state(log()).equals(known) || LogFile.state(log()).equals(then));
    }

    /** As a power cut does that comes before the sync. */
    void cutLastRecord() throws IOException {
        var records = GuardLog.read(log()).records();
        try (var file = FileChannel.open(log(), StandardOpenOption.WRITE)) {
            file.truncate(GuardLog.encode(records.subList(0, records.size() - 1)).length);
        }
    }

    /** An anchor as it was written before it told of the log's file. */
    static byte[] firstVersion(GuardAnchor.Mark mark) {
        byte[] content = new CborWriter()
                .array(3)
                .uint(1)
                .bytes(mark.identity())
                .integer(mark.highWater())
                .toByteArray();
        return ByteBuffer.allocate(content.length + 32)
                .put(content)
                .put(Hashes.blake2b256(content))
                .array();
    }

    SlashGuard open() {
        return SlashGuard.open(settings(), CLOCK, new SecureRandom(), meters);
    }

    SlashGuard openAt(long now) {
        var guard = open();
        guard.resume(new Epoch(now), List.of());
        return guard;
    }

    SlashGuard begun() {
        var guard = open();
        guard.begin();
        guard.resume(Epoch.GENESIS, List.of());
        return guard;
    }
}
