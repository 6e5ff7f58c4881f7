package io.adit.chain.type;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.List;

/**
 * The two lists of messages that a block header points to through {@link BlockHeader#messages()} ("MsgMeta").
 *
 * @param blsMessages AMT root of the CIDs of unsigned messages whose signatures are in the aggregate
 * @param secpMessages AMT root of the CIDs of signed messages of all other key types
 */
public record MessageMeta(Cid blsMessages, Cid secpMessages) implements CborRecord {

    /** The lists of one block, each in execution order. */
    public static MessageMeta of(List<Cid> blsMessages, List<Cid> secpMessages) {
        return new MessageMeta(
                Amt.ofCids(blsMessages).root(), Amt.ofCids(secpMessages).root());
    }

    /** Reads one value. */
    public static MessageMeta fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, MessageMeta::read);
    }

    private static MessageMeta read(CborReader reader) {
        reader.array(2);
        return new MessageMeta(reader.cid(), reader.cid());
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2).cid(blsMessages).cid(secpMessages);
    }

    /** What a block header carries. */
    public Cid cid() {
        return Cid.dagCbor(toCbor());
    }
}
