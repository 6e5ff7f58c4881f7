package io.adit.core.keys;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One encrypted key on disk, readable without any other file.
 *
 * <p>JSON: version, address, type, kdf {name, memoryKib, iterations, lanes, salt}, cipher {name, nonce, text}. The
 * cipher is AES-256-GCM; everything outside the cipher text is authenticated with it, so swapping an address or a salt
 * is noticed.
 */
record KeyFile(
        Address address, SignatureType type, KeyDerivation derivation, byte[] salt, byte[] nonce, byte[] cipherText) {
    static final int SALT_LENGTH = 16;
    static final int NONCE_LENGTH = 12;
    private static final int VERSION = 1;
    private static final int TAG_BITS = 128;
    private static final ObjectMapper JSON = new ObjectMapper();

    static KeyFile seal(PrivateKey key, KeyDerivation derivation, byte[] salt, byte[] nonce, byte[] wrappingKey) {
        byte[] secret = key.secret();
        var open = new KeyFile(key.address(), key.type(), derivation, salt, nonce, new byte[0]);
        try {
            byte[] text = open.cipher(Cipher.ENCRYPT_MODE, wrappingKey).doFinal(secret);
            return new KeyFile(key.address(), key.type(), derivation, salt, nonce, text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is part of every JDK", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** The key, if the wrapping key is right and nothing in the file was changed. */
    PrivateKey unseal(byte[] wrappingKey, String file) {
        try {
            byte[] secret = cipher(Cipher.DECRYPT_MODE, wrappingKey).doFinal(cipherText);
            PrivateKey key = PrivateKey.of(type, secret);
            Arrays.fill(secret, (byte) 0);
            if (!key.address().equals(address)) {
                throw new AditException(
                        KeyErrorCode.KEY_FILE_MALFORMED,
                        "opening key file " + file + ": it says " + address + " and holds the key of " + key.address());
            }
            return key;
        } catch (AEADBadTagException e) {
            throw new AditException(
                    KeyErrorCode.KEY_WRONG_PASSPHRASE,
                    "opening key file " + file + ": the passphrase is wrong or the file was changed",
                    e);
        } catch (GeneralSecurityException e) {
            throw new AditException(
                    KeyErrorCode.KEY_FILE_MALFORMED, "opening key file " + file + ": " + e.getMessage(), e);
        }
    }

    private Cipher cipher(int mode, byte[] wrappingKey) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(wrappingKey, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(authenticated().getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** Part of the file's format: every word is written here, so that no change elsewhere can make keys unreadable. */
    private String authenticated() {
        return "adit key " + VERSION
                + "\naddress " + HexFormat.of().formatHex(address.bytes())
                + "\ntype " + type.lotusName()
                + "\nargon2id " + derivation.memoryKib() + " " + derivation.iterations() + " " + derivation.lanes()
                + "\nsalt " + HexFormat.of().formatHex(salt);
    }

    byte[] toJson() {
        var root = JSON.createObjectNode()
                .put("version", VERSION)
                .put("address", address.toString())
                .put("type", type.lotusName());
        root.putObject("kdf")
                .put("name", "argon2id")
                .put("memoryKib", derivation.memoryKib())
                .put("iterations", derivation.iterations())
                .put("lanes", derivation.lanes())
                .put("salt", salt);
        root.putObject("cipher").put("name", "aes-256-gcm").put("nonce", nonce).put("text", cipherText);
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a key file could not be written as JSON", e);
        }
    }

    static KeyFile fromJson(byte[] json, String file) {
        try {
            JsonNode root = JSON.readTree(json);
            JsonNode kdf = root.path("kdf");
            JsonNode cipher = root.path("cipher");
            if (root.path("version").asInt() != VERSION
                    || !kdf.path("name").asText().equals("argon2id")
                    || !cipher.path("name").asText().equals("aes-256-gcm")) {
                throw malformed(file, "it is not of version " + VERSION + " with argon2id and aes-256-gcm");
            }
            return new KeyFile(
                    Address.parse(root.path("address").asText()),
                    type(root.path("type").asText(), file),
                    new KeyDerivation(
                            kdf.path("memoryKib").asInt(),
                            kdf.path("iterations").asInt(),
                            kdf.path("lanes").asInt()),
                    bytes(kdf.path("salt"), SALT_LENGTH, file),
                    bytes(cipher.path("nonce"), NONCE_LENGTH, file),
                    bytes(cipher.path("text"), 32 + TAG_BITS / 8, file));
        } catch (IOException e) {
            throw malformed(file, "it is not JSON");
        }
    }

    private static SignatureType type(String name, String file) {
        for (SignatureType type : SignatureType.values()) {
            if (type.lotusName().equals(name)) {
                return type;
            }
        }
        throw malformed(file, "type " + name + " is unknown");
    }

    private static byte[] bytes(JsonNode node, int length, String file) throws IOException {
        byte[] bytes = node.binaryValue();
        if (bytes == null || bytes.length != length) {
            throw malformed(file, "a field is not base64 of " + length + " bytes");
        }
        return bytes;
    }

    private static AditException malformed(String file, String what) {
        return new AditException(KeyErrorCode.KEY_FILE_MALFORMED, "reading key file " + file + ": " + what);
    }
}
