package io.adit.market.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.PieceInfo;
import io.adit.market.podsi.InclusionProof;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Fetches proofs that a piece lies in an aggregate (FRC-0058), and verifies them: only what holds is handed out. */
public final class InclusionCall {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MAX_ANSWER = 1 << 20;

    private final URI provider;

    /** @param provider the base of its HTTP address */
    public InclusionCall(URI provider) {
        this.provider = provider;
    }

    /**
     * A proof that holds.
     *
     * @param aggregate follows from the proof; whether it is one that is stored, the chain knows
     */
    public record Inclusion(PieceInfo piece, PieceInfo aggregate, InclusionProof proof) {
        /** Where in the aggregate the piece begins, in padded bytes. */
        public long offset() {
            return proof.subtree().number() * piece.size().bytes();
        }
    }

    /**
     * Asks for the proofs of a piece.
     *
     * @param piece of version 2, or of version 1: then the proof says how large it is
     * @throws AditException {@link ClientErrorCode#PROOF_WRONG} when one does not hold
     */
    public List<Inclusion> ask(PieceCid piece) {
        var named = piece.v2().orElseGet(piece::v1);
        var base = provider.toString().replaceAll("/+$", "");
        var answer = get(URI.create(base + "/market/inclusion/" + named));
        var found = new ArrayList<Inclusion>();
        for (var given : answer.path("inclusions")) {
            found.add(verified(piece, given));
        }
        return found;
    }

    private Inclusion verified(PieceCid asked, JsonNode given) {
        try {
            var size = asked.size()
                    .orElseGet(() -> new PaddedSize(given.path("pieceSize").asLong()));
            var piece = new PieceInfo(asked.commP(), size);
            var proof = InclusionProof.fromCbor(
                    Base64.getDecoder().decode(given.path("cbor").asText()));
            var aggregate = proof.aggregateOf(piece);
            var claimed = PieceCid.parse(given.path("aggregateCid").asText());
            if (!claimed.commP().equals(aggregate.commP())) {
                throw new InvalidValueException(
                        "inclusion proof", "one of " + aggregate.pieceCidV1(), "one of " + claimed.v1());
            }
            return new Inclusion(piece, aggregate, proof);
        } catch (IllegalArgumentException | AditException e) {
            throw new AditException(
                    ClientErrorCode.PROOF_WRONG,
                    "verifying that " + provider + " has " + asked.v1() + " in an aggregate: " + e.getMessage(),
                    e);
        }
    }

    private static JsonNode get(URI target) {
        var request = HttpRequest.newBuilder(target).timeout(PATIENCE).build();
        try (var http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            var response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            byte[] body;
            try (var in = response.body()) {
                body = in.readNBytes(MAX_ANSWER);
            }
            var answer = JSON.readTree(new String(body, StandardCharsets.UTF_8));
            if (response.statusCode() != 200 || answer == null) {
                throw new AditException(
                        ClientErrorCode.PROVIDER_ANSWER,
                        "asking " + target + ": it answered " + response.statusCode()
                                + (answer == null
                                        ? ""
                                        : " " + answer.path("error").asText("")));
            }
            return answer;
        } catch (IOException e) {
            throw new AditException(ClientErrorCode.PROVIDER_UNREACHABLE, "asking " + target + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(ClientErrorCode.PROVIDER_UNREACHABLE, "interrupted while asking " + target, e);
        }
    }
}
