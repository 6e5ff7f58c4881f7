package io.adit.chain.type;

import io.adit.core.ipld.CborWriter;

/** A value with one exact DAG-CBOR form; its CIDs and signatures are made over those bytes. */
public interface CborRecord {
    /** Appends this value as one CBOR item. */
    void writeTo(CborWriter writer);

    /** This value as DAG-CBOR, as it goes on chain. */
    default byte[] toCbor() {
        var writer = new CborWriter();
        writeTo(writer);
        return writer.toByteArray();
    }
}
