package io.adit.market.ipni;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An indexer: told of new advertisements by {@code PUT /announce} (go-libipni's {@code announce/message}), and asked at
 * {@code GET /providers/{peer}} how far it is. It reads the chain when it likes.
 */
final class Indexer {
    private static final Logger LOG = LoggerFactory.getLogger(Indexer.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MAX_ANSWER = 64 << 10;

    private final URI url;
    private final HttpClient http;
    private final InstantSource clock;
    private volatile IpniStatus.IndexerView view;

    Indexer(URI url, HttpClient http, InstantSource clock) {
        this.url = url.getPath() == null || url.getPath().isEmpty() ? url.resolve("/announce") : url;
        this.http = http;
        this.clock = clock;
        this.view = new IpniStatus.IndexerView(
                this.url.toString(), Optional.empty(), Optional.empty(), "", Optional.empty());
    }

    IpniStatus.IndexerView view() {
        return view;
    }

    /** Whether it has been told of this advertisement lately. */
    boolean knows(Cid head, Instant since) {
        return view.announced().equals(Optional.of(head))
                && view.announcedAt().filter(at -> at.isAfter(since)).isPresent();
    }

    /** Tells it which advertisement is the newest. */
    void announce(Cid head, List<Multiaddr> addresses, PeerId peer) throws InterruptedException {
        var request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.ofByteArray(message(head, addresses, peer)));
        try {
            var answer = send(request);
            int status = answer.statusCode();
            if (status != 200 && status != 202 && status != 204) {
                failed("it answered " + status + " to the announcement");
                return;
            }
            view = new IpniStatus.IndexerView(
                    url.toString(), Optional.of(head), Optional.of(clock.instant()), "", view.ingested());
        } catch (IOException e) {
            failed("it could not be told: " + e.getMessage());
        }
    }

    /** Asks it which advertisement it has taken in last. */
    void ask(PeerId peer) throws InterruptedException {
        try {
            var answer = send(HttpRequest.newBuilder(url.resolve("/providers/" + peer))
                    .header("Accept", "application/json")
                    .GET());
            if (answer.statusCode() == 404) {
                return;
            }
            if (answer.statusCode() != 200) {
                failed("it answered " + answer.statusCode() + " to the question how far it is");
                return;
            }
            var provider = JSON.readTree(answer.body());
            var newest = provider.path("LastAdvertisement").path("/").asText();
            var ingested = newest.isEmpty() ? Optional.<Cid>empty() : Optional.of(Cid.parse(newest));
            view = new IpniStatus.IndexerView(
                    url.toString(),
                    view.announced(),
                    view.announcedAt(),
                    provider.path("LastError").asText(),
                    ingested);
        } catch (JacksonException | InvalidValueException e) {
            failed("its answer to the question how far it is could not be read");
        } catch (IOException e) {
            failed("it could not be asked: " + e.getMessage());
        }
    }

    private void failed(String problem) {
        if (!problem.equals(view.problem())) {
            LOG.warn("Indexer {}: {}", url, problem);
        }
        view = new IpniStatus.IndexerView(
                url.toString(), view.announced(), view.announcedAt(), problem, view.ingested());
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var sent = http.sendAsync(
                request.timeout(PATIENCE).build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER));
        try {
            // The request's own time-out ends with the answer's head.
            return sent.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            sent.cancel(true);
            throw new IOException("no answer within " + PATIENCE.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e.getCause());
        }
    }

    /** {@code [Cid, [multiaddress with the publisher's peer ID], ExtraData]} in DAG-CBOR. */
    static byte[] message(Cid head, List<Multiaddr> addresses, PeerId peer) {
        var writer = new CborWriter().array(3).cid(head).array(addresses.size());
        addresses.forEach(address -> writer.bytes(address.withPeer(peer).bytes()));
        return writer.bytes(new byte[0]).toByteArray();
    }
}
