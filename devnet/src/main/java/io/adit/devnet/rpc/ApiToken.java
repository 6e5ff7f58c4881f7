package io.adit.devnet.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.node.rpc.Permission;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** API tokens as Lotus makes them: a JWT with HS256 whose payload is {@code {"Allow":["read",…]}}. */
final class ApiToken {
    private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    private static final int MAX_LENGTH = 4096;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final byte[] secret;

    ApiToken(byte[] secret) {
        this.secret = secret.clone();
    }

    /** A token that allows everything. */
    String admin() {
        var payload = "{\"Allow\":[\"read\",\"write\",\"sign\",\"admin\"]}";
        var signed = encode(HEADER.getBytes(StandardCharsets.UTF_8)) + "."
                + encode(payload.getBytes(StandardCharsets.UTF_8));
        return signed + "." + encode(mac(signed));
    }

    private static String encode(byte[] bytes) {
        return ENCODER.encodeToString(bytes);
    }

    private byte[] mac(String signed) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every Java platform has HmacSHA256", missing);
        }
    }

    /** What a token allows; empty when it is not one of ours. */
    Optional<Set<Permission>> verify(String token) {
        var parts = token.split("\\.", -1);
        if (token.length() > MAX_LENGTH || parts.length != 3) {
            return Optional.empty();
        }
        try {
            var given = Base64.getUrlDecoder().decode(parts[2]);
            if (!MessageDigest.isEqual(given, mac(parts[0] + "." + parts[1]))) {
                return Optional.empty();
            }
            return Optional.of(allowed(JSON.readTree(Base64.getUrlDecoder().decode(parts[1]))));
        } catch (IOException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static Set<Permission> allowed(JsonNode payload) {
        var permissions = EnumSet.noneOf(Permission.class);
        for (var word : payload.path("Allow")) {
            Arrays.stream(Permission.values())
                    .filter(permission -> permission.text().equals(word.asText()))
                    .forEach(permissions::add);
        }
        return permissions;
    }
}
