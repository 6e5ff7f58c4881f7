package io.adit.devnet.chain;

import io.adit.core.ipld.Hashes;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The chain's own keys, derived from its seed.
 *
 * @param faucet secp256k1, holds the money that control clients give away
 * @param producer BLS, worker of the block producers: tickets, election proofs, block signatures
 * @param beacon BLS, signs the beacon's rounds
 */
public record DevnetKeys(PrivateKey faucet, ChainKey producer, ChainKey beacon) {
    /** Keeps a derived scalar below both curves' orders. */
    private static final int TOP_BITS = 0x3f;

    static DevnetKeys of(byte[] seed) {
        return new DevnetKeys(
                derive(seed, "faucet", SignatureType.SECP256K1),
                ChainKey.of(derive(seed, "producer", SignatureType.BLS)),
                ChainKey.of(derive(seed, "beacon", SignatureType.BLS)));
    }

    /** The same keys, with hashes in the place of the producers' and the beacon's signatures. */
    DevnetKeys hashing() {
        return new DevnetKeys(faucet, ChainKey.hashing(producer.address()), ChainKey.hashing(beacon.address()));
    }

    private static PrivateKey derive(byte[] seed, String name, SignatureType type) {
        var input = new ByteArrayOutputStream();
        input.writeBytes(seed);
        input.writeBytes(name.getBytes(StandardCharsets.UTF_8));
        var scalar = Hashes.sha256(input.toByteArray());
        scalar[0] &= TOP_BITS;
        return PrivateKey.of(type, scalar);
    }
}
