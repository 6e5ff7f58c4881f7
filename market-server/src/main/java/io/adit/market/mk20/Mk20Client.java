package io.adit.market.mk20;

import io.adit.core.fil.Address;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.Signer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A client of the HTTP market, this provider's or Curio's. Every request is signed; with {@code covering}, so that the
 * signature covers the body and counts once. Curio does not know that and finds such a signature wrong.
 */
public final class Mk20Client implements AutoCloseable {
    private static final String BASE = "/market/mk20";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration UPLOAD_PATIENCE = Duration.ofHours(12);
    private static final int MAX_ANSWER = 1 << 20;
    private static final String OCTETS = "application/octet-stream";

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(30))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final URI provider;
    private final Signer signer;
    private final Address client;
    private final boolean covering;
    private final InstantSource clock;
    private final SecureRandom random;

    /** @param provider scheme, host and port; a path before {@code /market} is kept */
    public Mk20Client(
            URI provider, Signer signer, Address client, boolean covering, InstantSource clock, SecureRandom random) {
        this.provider = provider;
        this.signer = signer;
        this.client = client;
        this.covering = covering;
        this.clock = clock;
        this.random = random;
    }

    /** An answer: the status, and what was said. */
    public record Answer(int status, String body) {
        public boolean ok() {
            return status == DealCode.OK.status();
        }
    }

    /** Proposes a deal. */
    public Answer propose(Mk20Deal deal) throws IOException {
        return post("/store", Mk20Json.write(deal));
    }

    /** Asks what would be said to a deal; Curio does not know the question. */
    public Answer preflight(Mk20Deal deal) throws IOException {
        return post("/preflight", Mk20Json.write(deal));
    }

    /** How far a deal is. */
    public Answer status(Ulid deal) throws IOException {
        return send("GET", "/status/" + deal, "", Hashes.sha256(new byte[0]), BodyPublishers.noBody());
    }

    /** Posts JSON, or nothing. */
    public Answer post(String path, byte[] json) throws IOException {
        var type = json.length == 0 ? "" : "application/json";
        return send("POST", path, type, Hashes.sha256(json), BodyPublishers.ofByteArray(json));
    }

    /** Any GET below the market's path. */
    public Answer get(String path) throws IOException {
        return send("GET", path, "", Hashes.sha256(new byte[0]), BodyPublishers.noBody());
    }

    /** Uploads a deal's data in one request. */
    public Answer upload(Ulid deal, Path file) throws IOException {
        return send(
                "PUT", "/upload/" + deal, OCTETS, covering ? sha256(file) : new byte[0], BodyPublishers.ofFile(file));
    }

    /** Uploads one chunk; the first is number 1. */
    public Answer uploadChunk(Ulid deal, int number, byte[] chunk) throws IOException {
        return send(
                "PUT",
                "/uploads/" + deal + "/" + number,
                OCTETS,
                Hashes.sha256(chunk),
                BodyPublishers.ofByteArray(chunk));
    }

    private static byte[] sha256(Path file) throws IOException {
        MessageDigest digest = Hashes.sha256Digest();
        try (InputStream in = Files.newInputStream(file)) {
            var buffer = new byte[1 << 20];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return digest.digest();
    }

    private Answer send(String method, String path, String type, byte[] sha256, BodyPublisher body) throws IOException {
        var uri = provider.resolve(provider.getRawPath().replaceAll("/+$", "") + BASE + path);
        var request = HttpRequest.newBuilder(uri)
                .timeout(method.equals("PUT") ? UPLOAD_PATIENCE : PATIENCE)
                .method(method, body);
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        Optional<AuthHeader.Cover> cover =
                covering ? Optional.of(new AuthHeader.Cover(nonce(), sha256)) : Optional.empty();
        cover.ifPresent(
                more -> request.header(AuthHeader.DIGEST, more.digestHeader()).header(AuthHeader.NONCE, more.nonce()));
        var signed = AuthHeader.signed(client, method, uri.getRawPath(), clock.instant(), cover);
        request.header("Authorization", AuthHeader.write(client, signer.sign(client, signed)));
        try {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (var in = answer.body()) {
                return new Answer(
                        answer.statusCode(), new String(in.readNBytes(MAX_ANSWER), StandardCharsets.UTF_8).strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + uri, e);
        }
    }

    private String nonce() {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        http.close();
    }
}
