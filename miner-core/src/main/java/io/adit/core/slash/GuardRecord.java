package io.adit.core.slash;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.ArrayList;
import java.util.List;

/** One record of the log: a CBOR array whose first item is its kind. */
sealed interface GuardRecord {
    int VERSION = 1;

    /** Always the first: whose log this is. */
    record Head(Address miner, Cid genesis, GuardAnchor.Mark identity) implements GuardRecord {}

    /** A block that may be signed from here on, under a lease. */
    record Signed(ProtectedBlock block, long leaseToken) implements GuardRecord {}

    /** Blocks up to this epoch may be signed that are not in the log. */
    record Floor(long epoch, String reason) implements GuardRecord {}

    /** The file that this record was written into; in another file the log is a copy. See {@link LogFile}. */
    record Place(String file) implements GuardRecord {}

    /** A guard has begun to permit: on this boot of this machine, under this lease. */
    record Session(MachineMark mark, long leaseToken) implements GuardRecord {}

    int MAX_REASON = 200;

    default byte[] encode() {
        var writer = new CborWriter();
        switch (this) {
            case Head head ->
                writer.array(5)
                        .uint(0)
                        .uint(VERSION)
                        .bytes(head.miner.bytes())
                        .cid(head.genesis)
                        .bytes(head.identity.identity());
            case Signed signed -> {
                writer.array(6).uint(1).integer(signed.block.epoch().value()).cid(signed.block.block());
                writer.array(signed.block.parents().size());
                signed.block.parents().forEach(writer::cid);
                writer.integer(signed.block.parentEpoch().value()).uint(signed.leaseToken);
            }
            case Floor floor -> writer.array(3).uint(2).integer(floor.epoch).text(floor.reason);
            case Place place -> writer.array(2).uint(4).text(place.file);
            case Session session ->
                writer.array(3).uint(3).text(session.mark.text()).uint(session.leaseToken);
        }
        return writer.toByteArray();
    }

    /**
     * Reads a record.
     *
     * @throws io.adit.core.error.AditException if it is not one
     */
    static GuardRecord decode(byte[] cbor) {
        var reader = new CborReader(cbor);
        reader.array();
        var record = switch ((int) reader.uint()) {
            case 0 -> head(reader);
            case 1 -> signed(reader);
            case 2 -> new Floor(reader.integer(), reader.text(4 * MAX_REASON));
            case 3 -> new Session(new MachineMark(reader.text(4 * 128)), reader.uint());
            case 4 -> new Place(reader.text(LogFile.MAX));
            default -> throw new InvalidValueException("kind of a slash guard record", cbor[1], "0 to 4");
        };
        reader.end();
        return record;
    }

    private static Head head(CborReader reader) {
        long version = reader.uint();
        if (version != VERSION) {
            throw new InvalidValueException("version of a slash guard log", version, "1; a newer release wrote it");
        }
        return new Head(
                Address.fromBytes(reader.bytes(Address.MAX_BYTES)),
                reader.cid(),
                new GuardAnchor.Mark(reader.bytes(GuardAnchor.Mark.IDENTITY_LENGTH), SigningHistory.NO_FLOOR));
    }

    private static Signed signed(CborReader reader) {
        var epoch = new Epoch(reader.integer());
        var block = reader.cid();
        int count = reader.array();
        if (count > BlockIntent.MAX_PARENTS) {
            throw new InvalidValueException(
                    "number of parents of a block", count, "at most " + BlockIntent.MAX_PARENTS);
        }
        List<Cid> parents = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parents.add(reader.cid());
        }
        return new Signed(new ProtectedBlock(epoch, block, parents, new Epoch(reader.integer())), reader.uint());
    }
}
