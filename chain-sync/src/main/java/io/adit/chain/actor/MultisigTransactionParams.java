package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * Parameters of {@link MultisigMethod#APPROVE} and {@link MultisigMethod#CANCEL}.
 *
 * @param transaction the number that the proposal returned
 * @param proposalHash {@link MultisigTransaction#proposalHash} of what is meant, so that a reorganisation cannot put another proposal
 *     under the number; empty for whatever has it
 */
public record MultisigTransactionParams(long transaction, byte[] proposalHash) implements CborRecord {

    public MultisigTransactionParams {
        proposalHash = proposalHash.clone();
    }

    /** Reads the exact CBOR. */
    public static MultisigTransactionParams fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, MultisigTransactionParams::read);
    }

    static MultisigTransactionParams read(CborReader reader) {
        reader.array(2);
        return new MultisigTransactionParams(reader.integer(), reader.bytes(ActorLimits.MAX_PAYLOAD));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.integer(transaction);
        writer.bytes(proposalHash);
    }

    @Override
    public byte[] proposalHash() {
        return proposalHash.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MultisigTransactionParams that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
