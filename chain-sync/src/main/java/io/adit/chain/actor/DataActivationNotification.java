package io.adit.chain.actor;

import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ChainCbor;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Arrays;

/**
 * Asks the miner actor to tell another actor that a piece is in a sector (FIP-0076).
 *
 * @param address for market deals {@link Actor#MARKET}
 * @param payload for f05 the deal ID as one CBOR integer
 */
public record DataActivationNotification(Address address, byte[] payload) implements CborRecord {

    public DataActivationNotification {
        payload = payload.clone();
    }

    /** Reads the exact CBOR. */
    public static DataActivationNotification fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, DataActivationNotification::read);
    }

    static DataActivationNotification read(CborReader reader) {
        reader.array(2);
        return new DataActivationNotification(ChainCbor.address(reader), reader.bytes(ActorLimits.MAX_PAYLOAD));
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(2);
        writer.bytes(address.bytes());
        writer.bytes(payload);
    }

    /** The notification that activates a market deal. */
    public static DataActivationNotification ofDeal(long dealId) {
        return new DataActivationNotification(
                Actor.MARKET, new CborWriter().uint(dealId).toByteArray());
    }

    @Override
    public byte[] payload() {
        return payload.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DataActivationNotification that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
