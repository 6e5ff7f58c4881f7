package io.adit.market.ipni;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.record.SignedEnvelope;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;

/**
 * One link of the chain: what becomes of a collection of multihashes (IPNI ingest specification; go-libipni's
 * {@code ingest/schema}). As a block it is DAG-JSON.
 *
 * @param previous the advertisement before it
 * @param provider who has the content, a peer ID; also who signs
 * @param addresses where the content is fetched, multiaddresses
 * @param entries the newest chunk of multihashes; {@link #NO_ENTRIES} where only the rest changes
 * @param contextId the collection's name, at most 64 bytes
 * @param metadata the ways of fetching it, at most 1024 bytes
 * @param removal whether the collection is no longer here
 */
record Advertisement(
        Optional<Cid> previous,
        String provider,
        List<String> addresses,
        Cid entries,
        byte[] contextId,
        byte[] metadata,
        boolean removal) {
    /** Stands for no multihashes: a digest of nothing, cut to 16 bytes. */
    static final Cid NO_ENTRIES = Cid.parse("bafkreehdwdcefgh4dqkjv67uzcmw7oje");

    static final String DOMAIN = "indexer";
    static final String SIGNATURE_CODEC = "/indexer/ingest/adSignature";

    Advertisement {
        addresses = List.copyOf(addresses);
    }

    /** The block, signed: an envelope around the hash of what it says. */
    byte[] signedBlock(Identity identity) {
        return block(SignedEnvelope.seal(identity, DOMAIN, SIGNATURE_CODEC.getBytes(US_ASCII), covered()));
    }

    /** What is signed: a SHA2-256 multihash over the fields, without the context ID. */
    byte[] covered() {
        var fields = new ByteArrayOutputStream();
        fields.writeBytes(previous.map(Cid::bytes).orElse(new byte[0]));
        fields.writeBytes(entries.bytes());
        fields.writeBytes(provider.getBytes(UTF_8));
        addresses.forEach(address -> fields.writeBytes(address.getBytes(UTF_8)));
        fields.writeBytes(metadata);
        fields.write(removal ? 1 : 0);
        return Multihash.sha256Of(fields.toByteArray()).bytes();
    }

    /** The block with this signature. */
    byte[] block(byte[] signature) {
        var node = DagJson.map();
        var list = node.putArray("Addresses");
        addresses.forEach(list::add);
        node.set("ContextID", DagJson.bytes(contextId));
        node.set("Entries", DagJson.link(entries));
        node.put("IsRm", removal);
        node.set("Metadata", DagJson.bytes(metadata));
        previous.ifPresent(before -> node.set("PreviousID", DagJson.link(before)));
        node.put("Provider", provider);
        node.set("Signature", DagJson.bytes(signature));
        return DagJson.encode(node);
    }

    static Cid cidOf(byte[] block) {
        return Cid.of(Cid.DAG_JSON, Multihash.sha256Of(block));
    }
}
