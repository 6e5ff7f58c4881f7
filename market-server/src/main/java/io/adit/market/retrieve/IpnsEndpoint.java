package io.adit.market.retrieve;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.core.ipld.Multibase;
import io.adit.core.ipld.Multihash;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET|HEAD /ipns/{name}?format=ipns-record}: passes on records that the operator put into a folder, each checked as if it
 * had come from anywhere. A file is {@code NAME.ipns-record}, with the name as kubo writes it: a CID in base 36. Which file
 * is read follows from the key that a request names, never from its text.
 */
final class IpnsEndpoint {
    static final String TYPE = "application/vnd.ipfs.ipns-record";
    private static final Logger LOG = LoggerFactory.getLogger(IpnsEndpoint.class);

    private static final int MAX_PEER_ID = 64;

    private final Optional<Path> folder;
    private final InstantSource clock;

    IpnsEndpoint(Optional<Path> folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    void answer(Exchange exchange, RequestTarget target) throws IOException {
        if (folder.isEmpty() || target.segments().size() < 2) {
            throw new RefusedException(RefusalCode.NOT_FOUND, "no names are served here", "/ipfs/{cid}");
        }
        var asked = target.parameter("format");
        if (target.segments().size() > 2
                || (asked.isPresent() && !asked.get().equals("ipns-record"))
                || (asked.isEmpty() && !asksFor(exchange.header(HttpHeaderNames.ACCEPT)))) {
            throw new RefusedException(
                    RefusalCode.NOT_ACCEPTABLE,
                    "of names, only their records are served",
                    TYPE + ", in Accept or as ?format=ipns-record");
        }
        var name = name(target.segments().get(1));
        var record = read(name);
        var headers = Exchange.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, TYPE);
        headers.set(
                HttpHeaderNames.CONTENT_DISPOSITION,
                Attachment.as(target.parameter("filename").orElse(""), text(name) + ".ipns-record"));
        var left = Duration.between(clock.instant(), record.until());
        var kept = left.compareTo(record.lifetime()) < 0 ? left : record.lifetime();
        headers.set(HttpHeaderNames.CACHE_CONTROL, "public, max-age=" + kept.toSeconds());
        headers.set(HttpHeaderNames.VARY, "Accept");
        var etag = "\"" + HexFormat.of().formatHex(Hashes.sha256(record.bytes()), 0, 16) + ".ipns-record\"";
        FileAnswer.sendInline(exchange, headers, etag, record.bytes());
    }

    private static boolean asksFor(String accept) {
        return Arrays.stream(accept.split(","))
                .anyMatch(type -> ResponseFormat.mediaType(type).equals(TYPE));
    }

    /** A key's name: a CID of it, or its peer ID in base 58. */
    private static Cid name(String text) {
        if (!text.startsWith("1")) {
            var cid = Cids.parse(text);
            if (cid.version() == 1 && cid.codec() != Cid.LIBP2P_KEY) {
                throw new RefusedException(RefusalCode.BAD_CID, "not the name of a key", "a CID with codec libp2p-key");
            }
            return Cid.of(Cid.LIBP2P_KEY, cid.multihash());
        }
        if (text.length() > MAX_PEER_ID) {
            throw new RefusedException(RefusalCode.BAD_CID, "the name is too long", MAX_PEER_ID + " characters");
        }
        try {
            return Cid.of(Cid.LIBP2P_KEY, Multihash.fromBytes(Multibase.decodeBase58(text)));
        } catch (InvalidValueException e) {
            throw new RefusedException(RefusalCode.BAD_CID, "not the name of a key", e.limit());
        }
    }

    /** As kubo writes names. */
    private static String text(Cid name) {
        return "k" + new BigInteger(1, name.bytes()).toString(36);
    }

    private IpnsRecord read(Cid name) throws IOException {
        var file = folder.orElseThrow().resolve(text(name) + ".ipns-record");
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(IpnsRecord.MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new RefusedException(RefusalCode.NOT_FOUND, "no record of this name is kept here", "");
        }
        try {
            return IpnsRecord.verify(bytes, name.multihash(), clock.instant());
        } catch (IpnsRecord.InvalidException e) {
            LOG.info("the IPNS record in {} is not served: {}", file, e.getMessage());
            throw new RefusedException(RefusalCode.NOT_FOUND, "no valid record of this name is kept here", "");
        }
    }
}
