package io.adit.market.retrieve;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.PieceCid;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multibase;
import io.adit.core.ipld.Multihash;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of one deny list in the compact denylist format (<a href="https://specs.ipfs.tech/compact-denylist-format/">
 * specification</a>, IPIP-383): {@code /ipfs/CID}, {@code /ipfs/CID/path} and {@code /ipfs/CID/path*}, and {@code //HASH},
 * the SHA2-256 of what is meant, as a multihash in base58 or, as the older bad-bits lists have it, in hexadecimal. With
 * {@code +}, {@code -} or {@code !} before it a rule allows. Of the rules for one CID the last that fits counts.
 *
 * <p>Rules for IPNS names and for paths without a CID do nothing here, and are counted.
 */
final class DenyList {
    private static final int MAX_LINE = 2 << 20;
    private static final int MAX_HEADER = 1 << 20;
    private static final int SHA256_HEX = 64;

    private final Map<Multihash, List<Rule>> byContent = new HashMap<>();
    private final DigestTable hashed = new DigestTable();
    private long rules;
    private long unused;

    /** Of one CID: what path is meant, or what beginnings of paths. */
    private record Rule(String path, boolean isPrefix, boolean allows) {
        boolean fits(String asked) {
            return isPrefix ? asked.startsWith(path) : asked.equals(path);
        }
    }

    private DenyList() {}

    /**
     * Reads a list.
     *
     * @throws IOException when it cannot be read, is of another version, or has a line of more than 2 MiB
     */
    static DenyList read(InputStream source) throws IOException {
        var list = new DenyList();
        var in = new BufferedInputStream(source, 1 << 16);
        var first = new ArrayList<String>();
        int headerBytes = 0;
        boolean inHeader = true;
        for (var line = line(in); line.isPresent(); line = line(in)) {
            if (inHeader && line.get().equals("---")) {
                requireVersion(first);
                first.clear();
                inHeader = false;
            } else if (inHeader && headerBytes <= MAX_HEADER) {
                first.add(line.get());
                headerBytes += line.get().length() + 1;
            } else {
                // Without an end so far, what looked like a header is rules.
                inHeader = false;
                first.forEach(list::add);
                first.clear();
                list.add(line.get());
            }
        }
        first.forEach(list::add);
        return list;
    }

    private static void requireVersion(List<String> header) throws IOException {
        for (var line : header) {
            if (line.startsWith("version:") && !line.substring(8).strip().equals("1")) {
                throw new IOException(
                        "a deny list of version " + line.substring(8).strip() + "; version 1 is read");
            }
        }
    }

    private static Optional<String> line(InputStream in) throws IOException {
        var bytes = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return Optional.empty();
        }
        for (; next >= 0 && next != '\n'; next = in.read()) {
            bytes.write(next);
            if (bytes.size() > MAX_LINE) {
                throw new IOException("a line of more than " + MAX_LINE + " bytes");
            }
        }
        return Optional.of(bytes.toString(UTF_8).stripTrailing());
    }

    /** Rules that count here. */
    long rules() {
        return rules;
    }

    /** Rules that do not: of another kind, or malformed. */
    long unused() {
        return unused;
    }

    /**
     * Whether the content is denied.
     *
     * @param path below the CID, without a slash before and behind; empty for the CID itself
     */
    boolean isBlocked(Cid cid, String path) {
        var content = byContent.getOrDefault(cid.multihash(), List.of());
        for (var rule : content.reversed()) {
            if (rule.fits(path)) {
                return !rule.allows();
            }
        }
        return !hashed.isEmpty()
                && hashed.get(hashOfContent(cid, path))
                        .or(() -> hashed.get(hashOfText(cid, path)))
                        .orElse(false);
    }

    /** What new lists have: the multihash in base58, and the path. */
    private static byte[] hashOfContent(Cid cid, String path) {
        var text = Multibase.base58btc(cid.multihash().bytes());
        return sha256(path.isEmpty() ? text : text + "/" + path);
    }

    /** What old lists have: the CID of version 1 in base32, a slash, and the path. */
    private static byte[] hashOfText(Cid cid, String path) {
        var v1 = cid.version() == 1 ? cid : Cid.of(cid.codec(), cid.multihash());
        return sha256(v1 + "/" + path);
    }

    private static byte[] sha256(String text) {
        return Multihash.sha256Of(text.getBytes(UTF_8)).digest();
    }

    private void add(String line) {
        var text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return;
        }
        var rule = text.split("\\s", 2)[0];
        boolean allows = "+-!".indexOf(rule.charAt(0)) >= 0;
        try {
            boolean counts = add(allows ? rule.substring(1) : rule, allows);
            rules += counts ? 1 : 0;
            unused += counts ? 0 : 1;
        } catch (InvalidValueException | IllegalArgumentException e) {
            unused++;
        }
    }

    private boolean add(String rule, boolean allows) {
        if (rule.startsWith("//")) {
            var digest = digest(rule.substring(2));
            digest.ifPresent(known -> hashed.put(known, !allows));
            return digest.isPresent();
        }
        if (!rule.startsWith("/ipfs/") && !rule.startsWith("/ipld/")) {
            return false;
        }
        var parts = rule.substring("/ipfs/".length()).split("/", 2);
        var cid = Cid.parse(parts[0]);
        var path = rule(parts.length == 1 ? "" : parts[1], allows);
        put(cid.multihash(), path);
        if (isPieceV2(cid)) {
            put(PieceCid.parse(cid).v1().multihash(), path);
        }
        return true;
    }

    private void put(Multihash content, Rule rule) {
        byContent.computeIfAbsent(content, none -> new ArrayList<>(1)).add(rule);
    }

    private static boolean isPieceV2(Cid cid) {
        return cid.multihash().code() == Multihash.FR32_SHA2_256_TRUNC254_PADDED_BINARY_TREE;
    }

    private static Rule rule(String text, boolean allows) {
        boolean isPrefix = text.endsWith("*");
        var path = isPrefix ? text.substring(0, text.length() - 1) : text;
        // A plus sign is a plus sign in a path.
        var decoded = URLDecoder.decode(path.replace("+", "%2B"), UTF_8);
        return new Rule(withoutSlashes(decoded), isPrefix, allows);
    }

    private static String withoutSlashes(String path) {
        int from = 0;
        int to = path.length();
        while (from < to && path.charAt(from) == '/') {
            from++;
        }
        while (to > from && path.charAt(to - 1) == '/') {
            to--;
        }
        return path.substring(from, to);
    }

    private static Optional<byte[]> digest(String text) {
        if (text.length() == SHA256_HEX) {
            return Optional.of(HexFormat.of().parseHex(text));
        }
        var multihash = Multihash.fromBytes(Multibase.decodeBase58(text));
        return multihash.code() == Multihash.SHA2_256 && multihash.digest().length == 32
                ? Optional.of(multihash.digest())
                : Optional.empty();
    }
}
