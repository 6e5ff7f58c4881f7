package io.adit.devnet.chain;

import io.adit.chain.type.BeaconEntry;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signatures;
import java.nio.ByteBuffer;

/**
 * A drand-shaped beacon of one key: an entry is the BLS signature of sha-256 of its round, as in drand's
 * {@code pedersen-bls-unchained} scheme (96-byte G2 signatures). Round n+1 belongs to epoch n.
 */
public final class Beacon {
    private final ChainKey key;

    Beacon(ChainKey key) {
        this.key = key;
    }

    /** The entry of an epoch; epochs before genesis share the first. */
    public BeaconEntry entry(long epoch) {
        long round = round(epoch);
        return new BeaconEntry(round, key.sign(message(round)).data());
    }

    static long round(long epoch) {
        return Math.max(epoch, 0) + 1;
    }

    private static byte[] message(long round) {
        return Hashes.sha256(ByteBuffer.allocate(Long.BYTES).putLong(round).array());
    }

    /** Whether an entry is the given beacon's; {@code publicKey} is its BLS key address. */
    public static boolean verify(Address publicKey, BeaconEntry entry) {
        return Signatures.verify(
                publicKey, message(entry.round()), new Signature(SignatureType.BLS, entry.signature()));
    }

    public Address publicKey() {
        return key.address();
    }
}
