package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * What a batch method did, item by item (builtin-actors {@code BatchReturn}); ProveCommitSectors3 and ProveReplicaUpdates3
 * return exactly this.
 *
 * @param successCount items that succeeded
 * @param failCodes the others, by index
 */
public record BatchReturn(long successCount, List<FailCode> failCodes) implements CborRecord {

    public BatchReturn {
        failCodes = List.copyOf(failCodes);
    }

    /** Reads the exact CBOR. */
    public static BatchReturn fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, BatchReturn::read);
    }

    static BatchReturn read(CborReader reader) {
        reader.array(2);
        return new BatchReturn(
                reader.uint(), ChainCbor.list(reader, ActorLimits.MAX_ITEMS, "fail codes", FailCode::read));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.uint(successCount);
        ChainCbor.list(writer, failCodes);
    }

    /** The exit code of every item, in order; 0 for success. */
    public List<Long> exitCodes() {
        var codes = new ArrayList<Long>();
        long size = successCount + failCodes.size();
        if (size > ActorLimits.MAX_ITEMS) {
            throw new InvalidValueException("batch size", size, "at most " + ActorLimits.MAX_ITEMS);
        }
        for (long index = 0; index < size; index++) {
            codes.add(0L);
        }
        for (var fail : failCodes) {
            if (fail.index() >= size) {
                throw new InvalidValueException("index of a batch failure", fail.index(), "below " + size);
            }
            codes.set((int) fail.index(), fail.exitCode());
        }
        return codes;
    }

    /** The return that says what these exit codes say. */
    public static BatchReturn of(List<Long> exitCodes) {
        var fails = new ArrayList<FailCode>();
        for (int index = 0; index < exitCodes.size(); index++) {
            if (exitCodes.get(index) != 0) {
                fails.add(new FailCode(index, exitCodes.get(index)));
            }
        }
        return new BatchReturn(exitCodes.size() - fails.size(), fails);
    }

    /** Whether nothing failed. */
    public boolean allOk() {
        return failCodes.isEmpty();
    }
}
