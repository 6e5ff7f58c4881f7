package io.adit.market.deal;

import io.adit.core.ipld.Hashes;
import io.adit.core.keys.PrivateKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;

/** Curio's authorization header, made here from its documentation. */
final class HeaderOf {
    private HeaderOf() {}

    static String put(PrivateKey key, String path) {
        var message = new ByteArrayOutputStream();
        message.writeBytes(key.address().bytes());
        message.writeBytes(
                ("PUT" + path + Instant.now().truncatedTo(ChronoUnit.MINUTES)).getBytes(StandardCharsets.UTF_8));
        var base64 = Base64.getEncoder();
        return "CurioAuth secp256k1:" + base64.encodeToString(key.address().bytes()) + ":"
                + base64.encodeToString(
                        key.sign(Hashes.sha256(message.toByteArray())).bytes());
    }
}
