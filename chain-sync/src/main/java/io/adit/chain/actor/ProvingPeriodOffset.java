package io.adit.chain.actor;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Hashes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Where in the day a new miner's proving period begins (builtin-actors {@code assign_proving_period_offset}). */
public final class ProvingPeriodOffset {
    private ProvingPeriodOffset() {}

    /**
     * Epochs modulo the proving period.
     *
     * @param miner the miner's ID address
     * @param created the epoch in which the miner was created
     * @param provingPeriod epochs of a proving period
     */
    public static long of(Address miner, Epoch created, long provingPeriod) {
        var seed = new ByteArrayOutputStream();
        seed.writeBytes(new CborWriter().bytes(miner.bytes()).toByteArray());
        seed.writeBytes(ByteBuffer.allocate(8).putLong(created.value()).array());
        long hash = ByteBuffer.wrap(Hashes.blake2b256(seed.toByteArray())).getLong();
        return Long.remainderUnsigned(hash, provingPeriod);
    }
}
