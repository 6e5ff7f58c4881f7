package io.adit.core.slash;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a log says beside the blocks. */
final class LogMemory {
    private final GuardSettings settings;
    private byte[] identity = new byte[0];
    private Optional<GuardRecord.Session> session = Optional.empty();
    private Optional<String> writtenInto = Optional.empty();

    LogMemory(GuardSettings settings) {
        this.settings = settings;
    }

    /** Takes a record of the log in; blocks and floor go into the history. */
    void take(GuardRecord record, SigningHistory history) {
        switch (record) {
            case GuardRecord.Head head -> identity = head.identity().identity();
            case GuardRecord.Signed signed -> history.add(signed.block());
            case GuardRecord.Floor floor -> history.raiseFloor(floor.epoch());
            case GuardRecord.Session begun -> session = Optional.of(begun);
            case GuardRecord.Place place -> writtenInto = Optional.of(place.file());
        }
    }

    /** A whole log that says the same, but for the place. */
    List<GuardRecord> records(List<ProtectedBlock> blocks, long floor, String reason, long token) {
        var records = new ArrayList<GuardRecord>();
        records.add(new GuardRecord.Head(
                settings.miner(), settings.genesis(), new GuardAnchor.Mark(identity, SigningHistory.NO_FLOOR)));
        if (floor != SigningHistory.NO_FLOOR) {
            records.add(new GuardRecord.Floor(floor, reason));
        }
        blocks.forEach(block -> records.add(new GuardRecord.Signed(block, token)));
        session.ifPresent(records::add);
        return records;
    }

    byte[] identity() {
        return identity.clone();
    }

    boolean isOf(GuardAnchor.Mark mark) {
        return Arrays.equals(mark.identity(), identity);
    }

    void renewIdentity(SecureRandom random) {
        identity = new byte[GuardAnchor.Mark.IDENTITY_LENGTH];
        random.nextBytes(identity);
    }

    Optional<GuardRecord.Session> session() {
        return session;
    }

    void session(Optional<GuardRecord.Session> next) {
        session = next;
    }

    /** Which file it was written into, where it says so. */
    Optional<String> writtenInto() {
        return writtenInto;
    }
}
