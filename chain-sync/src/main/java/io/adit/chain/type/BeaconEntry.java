package io.adit.chain.type;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * One drand beacon value carried by a block (FIP-0063 for the present chain).
 *
 * @param round the beacon's round
 * @param signature the beacon's BLS signature of that round
 */
public record BeaconEntry(long round, byte[] signature) implements CborRecord {
    private static final int MAX_SIGNATURE = 1024;

    public BeaconEntry {
        signature = signature.clone();
    }

    static BeaconEntry read(CborReader reader) {
        reader.array(2);
        return new BeaconEntry(reader.uint(), reader.bytes(MAX_SIGNATURE));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2).uint(round).bytes(signature);
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BeaconEntry that && round == that.round && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(round) + Arrays.hashCode(signature);
    }
}
