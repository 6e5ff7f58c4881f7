package io.adit.market.mk20;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signatures;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code Authorization: CurioAuth <secp256k1|bls|delegated>:<base64 address bytes>:<base64 signature>}. Curio's clients sign the SHA-256
 * of address bytes, method, escaped path and the minute, so what they send is not covered. A client that also sends {@code
 * Content-Digest} (RFC 9530, sha-256) and {@code Adit-Nonce} signs those two with it; then the body is covered, and the
 * request can be made once.
 *
 * @param address who signed
 * @param cover what else was signed
 */
record AuthHeader(Address address, Signature signature, Optional<Cover> cover) {
    static final String SCHEME = "CurioAuth ";
    static final String DIGEST = "Content-Digest";
    static final String NONCE = "Adit-Nonce";

    private static final int MAX_HEADER = 1024;
    private static final int MAX_NONCE = 64;
    private static final int SHA256 = 32;
    private static final String DIGEST_PREFIX = "sha-256=:";
    private static final List<String> KEY_TYPES = List.of("secp256k1", "bls", "delegated");

    /** What the signature covers beside the request line: the body's SHA-256, and a word that is used once. */
    record Cover(String nonce, byte[] sha256) {
        Cover {
            sha256 = sha256.clone();
        }

        @Override
        public byte[] sha256() {
            return sha256.clone();
        }

        String digestHeader() {
            return DIGEST_PREFIX + Base64.getEncoder().encodeToString(sha256) + ":";
        }
    }

    /** A header that is no such header; the message says why. */
    static final class MalformedException extends Exception {
        MalformedException(String why) {
            super(why);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    static AuthHeader parse(String header, String digest, String nonce) throws MalformedException {
        if (!header.startsWith(SCHEME) || header.length() > MAX_HEADER) {
            throw new MalformedException("the Authorization header must be: CurioAuth TYPE:ADDRESS:SIGNATURE");
        }
        var parts = header.substring(SCHEME.length()).split(":", 3);
        if (parts.length != 3 || !KEY_TYPES.contains(parts[0])) {
            throw new MalformedException(
                    "CurioAuth takes TYPE:ADDRESS:SIGNATURE with secp256k1, bls or delegated as type");
        }
        try {
            var address = Address.fromBytes(Base64.getDecoder().decode(parts[1]));
            if (!address.isKey() && !address.isEthereum()) {
                throw new MalformedException("CurioAuth takes f1, f3 and f410 addresses, given " + address);
            }
            var signature = Signature.fromBytes(Base64.getDecoder().decode(parts[2]));
            return new AuthHeader(address, signature, cover(digest, nonce));
        } catch (IllegalArgumentException | AditException e) {
            throw new MalformedException("CurioAuth: the address or the signature is malformed: " + e.getMessage());
        }
    }

    private static Optional<Cover> cover(String digest, String nonce) throws MalformedException {
        if (digest.isEmpty() && nonce.isEmpty()) {
            return Optional.empty();
        }
        if (nonce.isEmpty()
                || nonce.length() > MAX_NONCE
                || !digest.startsWith(DIGEST_PREFIX)
                || !digest.endsWith(":")) {
            throw new MalformedException(
                    "a signed body takes Content-Digest: sha-256=:BASE64: and an Adit-Nonce of 1 to " + MAX_NONCE
                            + " characters");
        }
        var sum = Base64.getDecoder().decode(digest.substring(DIGEST_PREFIX.length(), digest.length() - 1));
        if (sum.length != SHA256) {
            throw new MalformedException("Content-Digest: a SHA-256 has 32 bytes, given " + sum.length);
        }
        return Optional.of(new Cover(nonce, sum));
    }

    /** Whether it was signed for this request in this minute or the last; clocks may differ by that. */
    boolean signs(String method, String path, Instant now) {
        return List.of(now, now.minus(1, ChronoUnit.MINUTES), now.plus(1, ChronoUnit.MINUTES)).stream()
                .anyMatch(
                        minute -> Signatures.verify(address, signed(address, method, path, minute, cover), signature));
    }

    /** The bytes that are signed. */
    static byte[] signed(Address address, String method, String path, Instant now, Optional<Cover> cover) {
        var message = new ByteArrayOutputStream();
        message.writeBytes(address.bytes());
        var text = method.toUpperCase(Locale.ROOT)
                + path
                + now.truncatedTo(ChronoUnit.MINUTES)
                + cover.map(more -> "\n" + more.nonce() + "\n" + more.digestHeader())
                        .orElse("");
        message.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return Hashes.sha256(message.toByteArray());
    }

    /** As it is sent. */
    static String write(Address address, Signature signature) {
        var base64 = Base64.getEncoder();
        return SCHEME + signature.type().lotusName() + ":" + base64.encodeToString(address.bytes()) + ":"
                + base64.encodeToString(signature.bytes());
    }
}
