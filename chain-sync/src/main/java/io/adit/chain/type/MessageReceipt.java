package io.adit.chain.type;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.Arrays;
import java.util.Optional;

/**
 * What running a message gave (Filecoin spec, "Message receipt"; events root since FIP-0049): a CBOR tuple of four.
 *
 * @param exitCode 0 for success; {@link ExitCode#explain} says what others mean
 * @param returnValue CBOR of the method's answer; empty where it has none
 * @param gasUsed gas units
 * @param eventsRoot root of the AMT of events, absent where none were emitted
 */
public record MessageReceipt(long exitCode, byte[] returnValue, long gasUsed, Optional<Cid> eventsRoot)
        implements CborRecord {

    public MessageReceipt {
        returnValue = returnValue.clone();
    }

    /** Reads one receipt. */
    public static MessageReceipt fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, MessageReceipt::read);
    }

    static MessageReceipt read(CborReader reader) {
        reader.array(4);
        return new MessageReceipt(
                reader.integer(),
                reader.bytes(Message.MAX_PARAMS),
                reader.integer(),
                ChainCbor.optional(reader, CborReader::cid));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(4).integer(exitCode).bytes(returnValue).integer(gasUsed);
        ChainCbor.optional(writer, eventsRoot, writer::cid);
    }

    /** Whether the message did what it was sent for. */
    public boolean isSuccess() {
        return exitCode == 0;
    }

    @Override
    public byte[] returnValue() {
        return returnValue.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MessageReceipt that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
