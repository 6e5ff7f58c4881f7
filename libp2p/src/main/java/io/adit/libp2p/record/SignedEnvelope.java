package io.adit.libp2p.record;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import io.adit.libp2p.wire.Varint;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code Envelope{public_key=1, payload_type=2, payload=3, signature=5}}, its signature checked for the domain that it was
 * opened for.
 *
 * @param signer whose signature it is
 * @param payloadType the multicodec of the payload
 */
public record SignedEnvelope(PublicKey signer, byte[] payloadType, byte[] payload) {
    private static final int MAX_FIELDS = 16;

    /**
     * Opens an envelope.
     *
     * @param domain what it must have been signed for
     * @throws MalformedWireException if it is malformed, or its signature is not right for this domain
     */
    public static SignedEnvelope open(byte[] envelope, String domain) {
        var fields = Protobuf.parse(envelope, MAX_FIELDS);
        var signer = PublicKey.fromProtobuf(required(fields, 1, "key"));
        var type = required(fields, 2, "payload type");
        var payload = required(fields, 3, "payload");
        if (!signer.verify(covered(domain, type, payload), required(fields, 5, "signature"))) {
            throw new MalformedWireException("envelope is not signed by " + signer.peerId() + " for " + domain);
        }
        return new SignedEnvelope(signer, type, payload);
    }

    private static byte[] required(Protobuf fields, int number, String what) {
        return fields.bytes(number).orElseThrow(() -> new MalformedWireException("envelope has no " + what));
    }

    /** Signs a payload for a domain. */
    public static byte[] seal(Identity identity, String domain, byte[] payloadType, byte[] payload) {
        return new Protobuf.Writer()
                .bytes(1, identity.publicKey().toProtobuf())
                .bytes(2, payloadType)
                .bytes(3, payload)
                .bytes(5, identity.sign(covered(domain, payloadType, payload)))
                .toByteArray();
    }

    private static byte[] covered(String domain, byte[] payloadType, byte[] payload) {
        var covered = new ByteArrayOutputStream();
        for (var part : List.of(domain.getBytes(StandardCharsets.UTF_8), payloadType, payload)) {
            Varint.write(covered, part.length);
            covered.writeBytes(part);
        }
        return covered.toByteArray();
    }
}
