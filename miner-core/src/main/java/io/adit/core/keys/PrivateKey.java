package io.adit.core.keys;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** A private key in memory. It never shows itself: {@link #toString} gives the address. */
public final class PrivateKey {
    private static final int LENGTH = 32;
    private static final int MAX_EXPORT = 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SignatureType type;
    private final byte[] secret;
    private final Address address;

    private PrivateKey(SignatureType type, byte[] secret) {
        this.type = type;
        this.secret = secret;
        this.address = type == SignatureType.BLS
                ? Address.bls(Bls.publicKey(secret))
                : Address.secp256k1(Secp256k1.publicKey(secret));
    }

    /** A new key. */
    public static PrivateKey generate(SignatureType type, SecureRandom random) {
        byte[] entropy = new byte[LENGTH];
        random.nextBytes(entropy);
        if (type == SignatureType.BLS) {
            return of(type, Bls.generate(entropy));
        }
        while (!Secp256k1.isSecret(entropy)) {
            random.nextBytes(entropy);
        }
        return of(type, entropy);
    }

    /**
     * The key with this secret scalar.
     *
     * @param secret 32 bytes, big-endian
     * @throws InvalidValueException if the scalar is zero or not below the group's order, or the type has no keys here
     */
    public static PrivateKey of(SignatureType type, byte[] secret) {
        boolean valid = switch (type) {
            case SECP256K1 -> Secp256k1.isSecret(secret);
            case BLS -> Bls.isSecret(secret);
            case DELEGATED -> throw new InvalidValueException("key type", "delegated", "secp256k1 or bls");
        };
        if (!valid) {
            // The value itself must not get into a message.
            throw new InvalidValueException(
                    type.lotusName() + " private key", "a scalar out of range", "1 to the group order - 1, 32 bytes");
        }
        return new PrivateKey(type, secret.clone());
    }

    /**
     * Reads what {@code lotus wallet export} prints: hex of JSON with Type and PrivateKey; BLS scalars are little-endian
     * there.
     *
     * @throws AditException {@link KeyErrorCode#KEY_EXPORT_MALFORMED}
     */
    public static PrivateKey fromLotusExport(String hexJson) {
        try {
            if (hexJson.length() > MAX_EXPORT) {
                throw malformed("it is longer than " + MAX_EXPORT + " characters");
            }
            byte[] json = HexFormat.of().parseHex(hexJson.strip());
            JsonNode key = JSON.readTree(json);
            byte[] secret = Base64.getDecoder().decode(key.path("PrivateKey").asText());
            return switch (key.path("Type").asText()) {
                case "secp256k1" -> of(SignatureType.SECP256K1, secret);
                case "bls" -> of(SignatureType.BLS, reversed(secret));
                default -> throw malformed("Type is neither secp256k1 nor bls");
            };
        } catch (IllegalArgumentException | IOException e) {
            // The cause would quote the input, which may be a secret.
            throw malformed("it is not hex of a JSON object with base64 in PrivateKey");
        }
    }

    private static AditException malformed(String what) {
        return new AditException(KeyErrorCode.KEY_EXPORT_MALFORMED, "reading a Lotus key export: " + what);
    }

    /** The text that {@code lotus wallet import} reads. It is the secret itself, unencrypted. */
    public String toLotusExport() {
        byte[] stored = type == SignatureType.BLS ? reversed(secret) : secret;
        var key = JSON.createObjectNode()
                .put("Type", type.lotusName())
                .put("PrivateKey", Base64.getEncoder().encodeToString(stored));
        try {
            return HexFormat.of().formatHex(JSON.writeValueAsString(key).getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("two strings could not be written as JSON", e);
        }
    }

    /** The key's signature type. */
    public SignatureType type() {
        return type;
    }

    /** The key address: f1 or f3. */
    public Address address() {
        return address;
    }

    /** The public key: 65 bytes uncompressed for secp256k1, 48 compressed for BLS. */
    public byte[] publicKey() {
        return type == SignatureType.BLS ? Bls.publicKey(secret) : Secp256k1.publicKey(secret);
    }

    /** Signs the message; the same message always gets the same signature. */
    public Signature sign(byte[] message) {
        return new Signature(
                type, type == SignatureType.BLS ? Bls.sign(secret, message) : Secp256k1.sign(secret, message));
    }

    /** The scalar, big-endian, for the keystore. */
    byte[] secret() {
        return secret.clone();
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] out = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            out[i] = bytes[bytes.length - 1 - i];
        }
        return out;
    }

    @Override
    public String toString() {
        return "private key of " + address;
    }
}
