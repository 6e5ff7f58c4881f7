package io.adit.core.keys;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Hashes;
import java.util.Arrays;
import java.util.List;

/** Verifies signatures against key addresses. */
public final class Signatures {
    private Signatures() {}

    /**
     * Whether the key behind the address signed the message.
     *
     * @param keyAddress f1 for secp256k1, f3 for BLS, f410 for an Ethereum key; any other address answers false, an actor's key must
     *     be looked up first
     */
    public static boolean verify(Address keyAddress, byte[] message, Signature signature) {
        return switch (signature.type()) {
            case SECP256K1 ->
                keyAddress.protocol() == Address.Protocol.SECP256K1
                        && Secp256k1.recover(message, signature.data())
                                .map(Address::secp256k1)
                                .filter(keyAddress::equals)
                                .isPresent();
            case BLS ->
                keyAddress.protocol() == Address.Protocol.BLS
                        && Bls.verify(keyAddress.payload(), message, signature.data());
            case DELEGATED ->
                keyAddress.isEthereum()
                        && Secp256k1.recoverFromDigest(Hashes.keccak256(message), signature.data())
                                .map(Signatures::ethereum)
                                .filter(keyAddress::equals)
                                .isPresent();
        };
    }

    /** @param publicKey 0x04, x, y */
    private static Address ethereum(byte[] publicKey) {
        byte[] hash = Hashes.keccak256(Arrays.copyOfRange(publicKey, 1, publicKey.length));
        return Address.ethereum(Arrays.copyOfRange(hash, hash.length - Address.ETHEREUM_LENGTH, hash.length));
    }

    /**
     * Whether a BLS aggregate (as in block headers) is the sum of these keys' signatures over these messages, pair by
     * pair. The aggregate of nothing is the point at infinity.
     *
     * @param blsKeys f3 addresses
     */
    public static boolean verifyAggregate(List<Address> blsKeys, List<byte[]> messages, Signature aggregate) {
        if (aggregate.type() != SignatureType.BLS
                || !blsKeys.stream().allMatch(key -> key.protocol() == Address.Protocol.BLS)) {
            return false;
        }
        List<byte[]> keys = blsKeys.stream().map(Address::payload).toList();
        return Bls.verifyAggregate(keys, messages, aggregate.data());
    }

    /** The sum of BLS signatures; the point at infinity for none. */
    public static Signature aggregate(List<Signature> blsSignatures) {
        List<byte[]> points = blsSignatures.stream()
                .filter(signature -> signature.type() == SignatureType.BLS)
                .map(Signature::data)
                .toList();
        if (points.size() != blsSignatures.size()) {
            throw new InvalidValueException("signature to aggregate", "another type", "BLS");
        }
        byte[] sum = Bls.aggregate(points)
                .orElseThrow(() -> new InvalidValueException(
                        "signature to aggregate", "a point outside the group", "a point of the BLS12-381 G2 subgroup"));
        return new Signature(SignatureType.BLS, sum);
    }
}
