package io.adit.market.ipni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.adit.core.ipld.Cid;
import io.adit.libp2p.identity.Identity;
import java.io.ByteArrayOutputStream;

/** Which advertisement is the newest, signed (go-libipni's {@code dagsync/ipnisync/head}), in DAG-JSON. */
final class SignedHead {
    static final String TOPIC = "/indexer/ingest/mainnet";

    private SignedHead() {}

    static byte[] encode(Cid head, Identity identity) {
        return encode(head, identity.publicKey().toProtobuf(), identity.sign(covered(head)));
    }

    static byte[] covered(Cid head) {
        var covered = new ByteArrayOutputStream();
        covered.writeBytes(head.bytes());
        covered.writeBytes(TOPIC.getBytes(UTF_8));
        return covered.toByteArray();
    }

    static byte[] encode(Cid head, byte[] publicKey, byte[] signature) {
        var node = DagJson.map();
        node.set("head", DagJson.link(head));
        node.set("pubkey", DagJson.bytes(publicKey));
        node.set("sig", DagJson.bytes(signature));
        node.put("topic", TOPIC);
        return DagJson.encode(node);
    }
}
