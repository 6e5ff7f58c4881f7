package io.adit.chain.signer;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.chain.type.ChainRandomness;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * What a miner's worker key signs for a ticket or an election proof: the draw of randomness for the miner at an epoch
 * (Filecoin spec, "Tickets", "Election"). CBOR tuple of five.
 *
 * @param tag ticket production or election proof production
 * @param base a beacon entry's signature
 * @param epoch of the draw: for a ticket the round less the lookback of 1, for an election the round
 * @param miner whose CBOR begins the entropy
 * @param extraEntropy after the miner's address: for a ticket the VRF proof of the parent's ticket, else empty
 */
public record VrfInput(DomainSeparationTag tag, byte[] base, Epoch epoch, Address miner, byte[] extraEntropy)
        implements CborRecord {
    private static final int MAX_BYTES = 256;

    public VrfInput {
        base = base.clone();
        extraEntropy = extraEntropy.clone();
        if (tag != DomainSeparationTag.TICKET_PRODUCTION && tag != DomainSeparationTag.ELECTION_PROOF_PRODUCTION) {
            throw new InvalidValueException("domain tag of a VRF input", tag, "ticket or election proof production");
        }
    }

    static VrfInput read(CborReader reader) {
        reader.array(5);
        long number = reader.uint();
        var tag = Arrays.stream(DomainSeparationTag.values())
                .filter(known -> known.number() == number)
                .findFirst()
                .orElseThrow(() -> new InvalidValueException("domain tag of a VRF input", number, "1 or 2"));
        return new VrfInput(
                tag,
                reader.bytes(MAX_BYTES),
                ChainCbor.epoch(reader),
                ChainCbor.address(reader),
                reader.bytes(MAX_BYTES));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(5).uint(tag.number()).bytes(base).integer(epoch.value());
        writer.bytes(miner.bytes()).bytes(extraEntropy);
    }

    /** The 32 bytes that the key signs. */
    public byte[] signedBytes() {
        byte[] address = new CborWriter().bytes(miner.bytes()).toByteArray();
        byte[] entropy = Arrays.copyOf(address, address.length + extraEntropy.length);
        System.arraycopy(extraEntropy, 0, entropy, address.length, extraEntropy.length);
        return ChainRandomness.draw(base, tag, epoch, entropy).bytes();
    }

    @Override
    public byte[] base() {
        return base.clone();
    }

    @Override
    public byte[] extraEntropy() {
        return extraEntropy.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VrfInput that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
