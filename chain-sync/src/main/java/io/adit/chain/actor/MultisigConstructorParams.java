package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.List;

/**
 * Parameters of a multisig's constructor, as they stand in {@link ExecParams}.
 *
 * @param signers at most 256
 * @param threshold how many must approve
 * @param unlockDuration epochs over which what it is made with becomes free; 0 for at once
 * @param startEpoch when that begins
 */
public record MultisigConstructorParams(List<Address> signers, long threshold, Epoch unlockDuration, Epoch startEpoch)
        implements CborRecord {

    /** builtin-actors {@code SIGNERS_MAX}. */
    public static final int MOST_SIGNERS = 256;

    public MultisigConstructorParams {
        signers = List.copyOf(signers);
    }

    /** Reads the exact CBOR. */
    public static MultisigConstructorParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, MultisigConstructorParams::read);
    }

    static MultisigConstructorParams read(CborReader reader) {
        reader.array(4);
        return new MultisigConstructorParams(
                ChainCbor.list(reader, 10 * MOST_SIGNERS, "signers", ChainCbor::address),
                reader.uint(),
                ChainCbor.epoch(reader),
                ChainCbor.epoch(reader));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(4);
        writer.array(signers.size());
        signers.forEach(signer -> writer.bytes(signer.bytes()));
        writer.uint(threshold);
        writer.integer(unlockDuration.value());
        writer.integer(startEpoch.value());
    }
}
