package io.adit.market.mk20;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Hashes;
import io.adit.market.mk20.Gatekeeper.Caller;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionJson;
import io.adit.market.retrieve.SidePages.Page;
import io.adit.market.retrieve.SidePages.Question;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths below {@code /market/mk20}, with Curio's statuses and bodies. {@code POST store} is what its older clients call
 * {@code deal}. Uploads are taken for offline deals over libp2p, too, by their UUIDs. What is offered may be read by everybody; the rest takes the signature of a client, and of a deal only that of
 * the client who proposed it.
 */
public final class Mk20Pages {
    private static final Logger LOG = LoggerFactory.getLogger(Mk20Pages.class);
    private static final String VERSION = "1.0.0";
    private static final List<String> PRODUCTS = List.of("ddo_v1", "retrieval_v1");
    private static final List<String> SOURCES = List.of("http", "offline", "put", "aggregate");
    /** Each proposal asks the chain's node. */
    private static final int AT_ONCE = 16;

    private static final int MAX_BODY = 1 << 20;
    private static final Pattern UUID_FORM = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private final DirectDeals deals;
    private final Uploads uploads;
    private final Gatekeeper gate;
    private final Semaphore slots = new Semaphore(AT_ONCE);

    public Mk20Pages(DirectDeals deals, InstantSource clock) {
        this.deals = deals;
        this.uploads = deals.uploads();
        this.gate = new Gatekeeper(clock);
    }

    /**
     * Answers a request.
     *
     * @param path the segments after {@code mk20}
     */
    public Optional<Page> answer(Question question, List<String> path) {
        if (path.isEmpty()) {
            return Optional.empty();
        }
        var name = question.method() + " " + path.getFirst();
        return switch (path.size()) {
            case 1 ->
                switch (name) {
                    case "GET products" -> Optional.of(list("products", PRODUCTS));
                    case "GET sources" -> Optional.of(list("sources", SOURCES));
                    case "GET contracts" -> Optional.of(list("contracts", List.of()));
                    case "GET info" -> Optional.of(info());
                    case "POST deal", "POST store" -> Optional.of(asClient(question, this::propose));
                    case "POST preflight" -> Optional.of(asClient(question, this::preflight));
                    default -> Optional.empty();
                };
            case 2 ->
                switch (name) {
                    case "GET status" -> Optional.of(ofDeal(question, path.get(1), Mk20Pages::status));
                    case "PUT upload" -> Optional.of(upload(question, path.get(1), uploads::whole));
                    case "POST upload" -> Optional.of(finish(question, path.get(1)));
                    case "POST uploads" -> Optional.of(ofUpload(question, path.get(1), this::begin));
                    case "GET uploads" -> Optional.of(ofUpload(question, path.get(1), (asked, deal) -> progress(deal)));
                    case "POST update" -> Optional.of(ofDeal(question, path.get(1), Mk20Pages::update));
                    default -> Optional.empty();
                };
            case 3 ->
                switch (name) {
                    case "PUT uploads" -> Optional.of(chunk(question, path.get(1), path.get(2)));
                    case "POST uploads" ->
                        path.get(1).equals("finalize") ? Optional.of(finish(question, path.get(2))) : Optional.empty();
                    default -> Optional.empty();
                };
            default -> Optional.empty();
        };
    }

    private record Asked(Address client, byte[] body, Question question) {}

    /** Answers to a client whose signature is good; also over the body, where it covers that. */
    private Page asClient(Question question, Function<Asked, Page> answer) {
        return switch (gate.caller(question)) {
            case Caller.Stranger stranger -> error(stranger.status(), stranger.why());
            case Caller.Crowded crowded -> crowded(crowded.why());
            case Caller.Known known -> {
                var body = body(question);
                if (body.length > MAX_BODY) {
                    yield error(400, "request body too large: at most " + MAX_BODY + " bytes are taken");
                }
                var cover = known.header().cover();
                if (cover.isPresent() && !Arrays.equals(cover.get().sha256(), Hashes.sha256(body))) {
                    yield error(401, "Unauthorized: the body is not the one whose Content-Digest was signed");
                }
                yield answer.apply(new Asked(known.client(), body, question));
            }
        };
    }

    private static byte[] body(Question question) {
        try {
            return question.stream().readNBytes(MAX_BODY + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers about a deal to the client who proposed it. */
    private Page ofDeal(Question question, String id, Function<DirectDeals.Standing, Page> answer) {
        return ofDeal(question, id, (asked, standing) -> answer.apply(standing));
    }

    private Page ofDeal(Question question, String id, BiFunction<Asked, DirectDeals.Standing, Page> answer) {
        return asClient(question, asked -> {
            Ulid deal;
            try {
                deal = Ulid.parse(id);
            } catch (AditException e) {
                return error(400, "invalid id in url");
            }
            var standing = deals.find(deal);
            // As Curio does: whether a deal of another client exists is not told.
            return standing.filter(found -> found.client().equals(asked.client()))
                    .map(found -> answer.apply(asked, found))
                    .orElseGet(() -> error(401, "Unauthorized: no such deal of " + asked.client()));
        });
    }

    /** As {@link #ofDeal}, of whatever deal's data is uploaded. */
    private Page ofUpload(Question question, String id, BiFunction<Asked, Ulid, Page> answer) {
        return asClient(question, asked -> {
            var deal = named(id);
            if (deal.isEmpty()) {
                return error(400, "invalid id in url");
            }
            return isUploader(deal.get(), asked.client())
                    ? answer.apply(asked, deal.get())
                    : error(401, "Unauthorized: no such deal of " + asked.client());
        });
    }

    private boolean isUploader(Ulid deal, Address client) {
        return deals.uploader(deal).filter(client::equals).isPresent();
    }

    /** By its ULID, or by the UUID of the same bits. */
    private static Optional<Ulid> named(String id) {
        try {
            return Optional.of(UUID_FORM.matcher(id).matches() ? new Ulid(UUID.fromString(id)) : Ulid.parse(id));
        } catch (AditException e) {
            return Optional.empty();
        }
    }

    private Page propose(Asked asked) {
        return decided(asked, deal -> deals.propose(deal).map(List::of).orElse(List.of()));
    }

    /** Ours: everything that speaks against a deal, one line each. */
    private Page preflight(Asked asked) {
        return decided(asked, deals::preflight);
    }

    private Page decided(Asked asked, Function<Mk20Deal, List<Refusal>> decision) {
        if (!asked.question().header("Content-Type").equals("application/json")) {
            return error(400, "invalid content type: application/json is taken");
        }
        if (!slots.tryAcquire()) {
            return error(
                    DealCode.SERVICE_OVERLOADED.status(), "as many proposals as can be decided at once are; try again");
        }
        try {
            return switch (Mk20Json.read(asked.body())) {
                case Mk20Json.Reading.Refused unreadable -> refused(List.of(unreadable.refusal()));
                case Mk20Json.Reading.Whole readable -> {
                    var deal = readable.deal();
                    if (!deal.client().equals(asked.client())) {
                        yield error(400, "Reason: client in deal does not match client in auth header");
                    }
                    yield refused(decision.apply(deal));
                }
            };
        } catch (AditException e) {
            LOG.error("A direct deal cannot be decided: {}", e.getMessage(), e);
            return error(DealCode.SERVER_INTERNAL_ERROR.status(), "Reason: Internal server error");
        } finally {
            slots.release();
        }
    }

    private static Page refused(List<Refusal> refusals) {
        if (refusals.isEmpty()) {
            return text(DealCode.OK.status(), "Reason: ");
        }
        var lines = refusals.stream()
                .map(refusal -> "Reason: " + refusal.rejected().message())
                .toList();
        return text(refusals.getFirst().code().status(), String.join("\n", lines));
    }

    /** What a deal is made of does not change once it is accepted, and no other product can be added to a direct deal. */
    private static Page update(Asked asked, DirectDeals.Standing standing) {
        return switch (Mk20Json.read(asked.body())) {
            case Mk20Json.Reading.Refused unreadable -> refused(List.of(unreadable.refusal()));
            case Mk20Json.Reading.Whole readable ->
                readable.deal().id().equals(standing.deal().id())
                        ? text(DealCode.OK.status(), "Reason: ")
                        : error(400, "Reason: deal ID and proposal ID do not match");
        };
    }

    private interface Upload {
        Uploads.Result run(Ulid deal, Uploads.Body body) throws IOException;
    }

    /** The body is data: its signature is checked by whoever writes it, since it has to be read for that. */
    private Page upload(Question question, String id, Upload upload) {
        return switch (gate.caller(question)) {
            case Caller.Stranger stranger -> error(stranger.status(), stranger.why());
            case Caller.Crowded crowded -> crowded(crowded.why());
            case Caller.Known known -> {
                var deal = named(id);
                if (deal.isEmpty()) {
                    yield error(400, "invalid id in url");
                }
                if (!isUploader(deal.get(), known.client())) {
                    yield error(401, "Unauthorized: no such deal of " + known.client());
                }
                var sha256 = known.header().cover().map(AuthHeader.Cover::sha256);
                yield uploaded(upload, deal.get(), new Uploads.Body(question.stream(), sha256));
            }
        };
    }

    private static Page uploaded(Upload upload, Ulid deal, Uploads.Body body) {
        try {
            return result(upload.run(deal, body));
        } catch (IOException e) {
            LOG.info("Deal {}: an upload was cut short: {}", deal, e.getMessage());
            return error(408, "the upload was cut short: " + e.getMessage() + "; nothing of it counts");
        }
    }

    private Page chunk(Question question, String id, String number) {
        if (!question.header("Content-Type").equals("application/octet-stream")) {
            return error(400, "invalid content type: application/octet-stream is taken");
        }
        if (!number.matches("\\d{1,6}")) {
            return error(400, "invalid chunk number in url");
        }
        int chunk = Integer.parseInt(number);
        return upload(question, id, (deal, body) -> uploads.chunk(deal, chunk, body));
    }

    private Page begin(Asked asked, Ulid deal) {
        JsonNode node;
        try {
            node = Mk20Json.parse(asked.body());
        } catch (Refusal.RefusedException e) {
            return error(400, "failed to unmarshal request body: " + e.getMessage());
        }
        return result(uploads.begin(
                deal, node.path("raw_size").asLong(0), node.path("chunk_size").asLong(0)));
    }

    private Page progress(Ulid deal) {
        var direct = deals.find(deal);
        if (direct.isPresent() && !(direct.get().deal().data().source() instanceof Mk20Deal.Put)) {
            return error(404, "deal not found: its data is not uploaded");
        }
        return uploads.progress(deal).map(Mk20Pages::progress).orElseGet(() -> error(425, "upload not initiated"));
    }

    private static Page progress(Uploads.Progress progress) {
        var node = Mk20Json.object()
                .put("total_chunks", progress.total())
                .put("uploaded", progress.uploaded().size())
                .put("missing", progress.missing().size());
        progress.uploaded().forEach(node.putArray("uploaded_chunks")::add);
        progress.missing().forEach(node.putArray("missing_chunks")::add);
        return json(node.toString());
    }

    /** A deal may come with it, as to {@code update}: it has to be the same one. */
    private Page finish(Question question, String id) {
        return ofUpload(question, id, (asked, deal) -> {
            if (asked.body().length > 0) {
                var same = deals.find(deal)
                        .map(standing -> update(asked, standing))
                        .orElseGet(() -> error(400, "the end of this deal's upload takes no body"));
                if (same.status() != DealCode.OK.status()) {
                    return same;
                }
            }
            return result(uploads.finish(deal));
        });
    }

    private static Page result(Uploads.Result result) {
        return result.status() == DealCode.OK.status() ? text(200, "") : error(result.status(), result.message());
    }

    private static Page status(DirectDeals.Standing standing) {
        var node = Mk20Json.object();
        node.putObject("ddo_v1").put("status", standing.state().wireName()).put("errorMsg", standing.error());
        return json(node.toString());
    }

    private static Page info() {
        var node = Mk20Json.object().put("title", "Curio Market 2.0 API").put("version", VERSION);
        PRODUCTS.forEach(node.putArray("products")::add);
        SOURCES.forEach(node.putArray("sources")::add);
        node.put("policy", "/market/policy").put("auth", "CurioAuth; Content-Digest and Adit-Nonce cover the body");
        return json(node.toString());
    }

    private static Page list(String name, List<String> values) {
        var node = Mk20Json.object();
        values.forEach(node.putArray(name)::add);
        return json(node.toString());
    }

    /** In a form that programs read: Curio has no such answer whose text a client could know. */
    private static Page crowded(Rejected why) {
        var body = RejectionJson.of(why).toString();
        return new Page(DealCode.SERVICE_OVERLOADED.status(), body.getBytes(StandardCharsets.UTF_8));
    }

    private static Page json(String body) {
        return new Page(200, body.getBytes(StandardCharsets.UTF_8));
    }

    /** As Go's http.Error answers. */
    static Page error(int status, String why) {
        return text(status, why + "\n");
    }

    static Page text(int status, String text) {
        return new Page(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }
}
