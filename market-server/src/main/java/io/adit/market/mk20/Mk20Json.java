package io.adit.market.mk20;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.state.Bytes;
import io.adit.market.mk20.Mk20Deal.Aggregate;
import io.adit.market.mk20.Mk20Deal.Aggregated;
import io.adit.market.mk20.Mk20Deal.Car;
import io.adit.market.mk20.Mk20Deal.Ddo;
import io.adit.market.mk20.Mk20Deal.Http;
import io.adit.market.mk20.Mk20Deal.Notification;
import io.adit.market.mk20.Mk20Deal.Offline;
import io.adit.market.mk20.Mk20Deal.Put;
import io.adit.market.mk20.Mk20Deal.Raw;
import io.adit.market.mk20.Mk20Deal.Retrieval;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.RejectionCode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;

/** Deals as Curio's clients write them, read and written. What Go leaves out or writes as null is read as left out. */
public final class Mk20Json {
    /** Further away than any epoch or duration that somebody means; two of them add up without overflow. */
    private static final long MOST_EPOCHS = 1L << 40;

    /** How go-address writes an address that is none. */
    private static final String NO_ADDRESS = "<empty>";

    private static final int MAX_PAYLOAD = 4096;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Mk20Json() {}

    /** The deal that is read, or why it cannot be taken whatever the policy says. */
    public sealed interface Reading {
        record Whole(Mk20Deal deal) implements Reading {}

        record Refused(Refusal refusal) implements Reading {}
    }

    /** Reads a deal. */
    public static Reading read(byte[] json) {
        try {
            var deal = deal(parse(json));
            requireRules(deal);
            return new Reading.Whole(deal);
        } catch (Refusal.RefusedException e) {
            return new Reading.Refused(e.refusal());
        }
    }

    /** A deal that was accepted, whatever would be said to it now. */
    public static Mk20Deal stored(Bytes json) {
        try {
            return deal(parse(json.array()));
        } catch (Refusal.RefusedException e) {
            throw new IllegalStateException("a stored deal cannot be read: " + e.getMessage(), e);
        }
    }

    /** What is asked of a deal that is proposed now. */
    private static void requireRules(Mk20Deal deal) {
        if (deal.ddo().duration() < DealTerms.CHAIN_MIN_DURATION) {
            throw refused(
                    DealCode.DURATION_TOO_SHORT,
                    RejectionCode.DURATION_OUT_OF_BOUNDS,
                    "products.ddo_v1.duration",
                    "at least " + DealTerms.CHAIN_MIN_DURATION,
                    String.valueOf(deal.ddo().duration()));
        }
        if (deal.data().format() instanceof Raw && deal.retrieval().indexing()) {
            throw malformed("products.retrieval_v1.indexing", "false for raw data, which has no blocks", "true");
        }
    }

    static JsonNode parse(byte[] json) {
        JsonNode node;
        try {
            node = JSON.readTree(new String(json, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw malformed("Deal", "a JSON object", "something else: " + e.getOriginalMessage());
        }
        if (!node.isObject()) {
            throw malformed("Deal", "a JSON object", "something else");
        }
        return node;
    }

    private static Mk20Deal deal(JsonNode node) {
        var id = id(text(node, "identifier", "identifier"));
        var client = address(node, "client", "client")
                .filter(named -> named.isKey() || named.isEthereum())
                .orElseThrow(() -> malformed("client", "an f1, f3 or f410 address", given(node.path("client"))));
        var products = node.path("products");
        if (isSet(products, "pdp_v1")) {
            throw refused(
                    DealCode.UNSUPPORTED_PRODUCT,
                    RejectionCode.PRODUCT_UNSUPPORTED,
                    "products",
                    "ddo_v1 and retrieval_v1",
                    "pdp_v1");
        }
        var ddo = ddo(object(products, "ddo_v1", "products.ddo_v1"));
        var retrieval = retrieval(object(products, "retrieval_v1", "products.retrieval_v1"));
        if (!isSet(node, "data")) {
            throw malformed("data", "set for a ddo_v1 deal", "nothing");
        }
        var data = DataSourceJson.read(node.path("data"), "data");
        return new Mk20Deal(id, client, data, ddo, retrieval);
    }

    private static Ulid id(String text) {
        try {
            return Ulid.parse(text);
        } catch (AditException e) {
            throw malformed("identifier", "a ULID", text);
        }
    }

    private static Ddo ddo(JsonNode node) {
        var provider = address(node, "provider", "products.ddo_v1.provider")
                .orElseThrow(() -> invalid("products.ddo_v1.provider", "the miner's address", "nothing"));
        var start = number(node, "start_epoch", "products.ddo_v1.start_epoch");
        if (start.isPresent() && start.getAsLong() <= 0) {
            throw invalid("products.ddo_v1.start_epoch", "an epoch to come", String.valueOf(start.getAsLong()));
        }
        if (isSet(node, "allocation_id")) {
            throw refused(
                    DealCode.PRODUCT_VALIDATION_FAILED,
                    RejectionCode.VERIFIED_DEALS_ENDED,
                    "products.ddo_v1.allocation_id",
                    "left out",
                    given(node.path("allocation_id")));
        }
        long duration = number(node, "duration", "products.ddo_v1.duration").orElse(0);
        requireEpochs("products.ddo_v1.start_epoch", start.orElse(0));
        requireEpochs("products.ddo_v1.duration", duration);
        var market = node.path("market_address").asText("");
        if (!market.isEmpty()) {
            throw refused(
                    DealCode.BAD_PROPOSAL,
                    RejectionCode.MARKET_CONTRACT_NOT_ALLOWED,
                    "products.ddo_v1.market_address",
                    "left out: no market contract is allowed here",
                    market.substring(0, Math.min(market.length(), 64)));
        }
        return new Ddo(provider, start, duration, notification(node));
    }

    private static void requireEpochs(String field, long epochs) {
        if (epochs > MOST_EPOCHS) {
            throw invalid(field, "at most " + MOST_EPOCHS, String.valueOf(epochs));
        }
    }

    private static Optional<Notification> notification(JsonNode node) {
        var address = address(node, "notification_address", "products.ddo_v1.notification_address");
        boolean told = isSet(node, "notification_payload");
        var field = "products.ddo_v1.notification_payload";
        if (address.isEmpty() && told) {
            throw invalid(field, "left out where there is no notification_address", "set");
        }
        if (address.isPresent() && !told) {
            throw invalid(field, "set where there is a notification_address", "nothing");
        }
        return address.map(to -> new Notification(to, payload(node.path("notification_payload"), field)));
    }

    private static Bytes payload(JsonNode node, String field) {
        try {
            var bytes = Base64.getDecoder().decode(node.asText());
            if (bytes.length <= MAX_PAYLOAD) {
                return new Bytes(bytes);
            }
        } catch (IllegalArgumentException e) {
            throw invalid(field, "base64", "something else");
        }
        throw invalid(field, "at most " + MAX_PAYLOAD + " bytes", "more");
    }

    private static Retrieval retrieval(JsonNode node) {
        var retrieval = new Retrieval(
                node.path("indexing").asBoolean(false),
                node.path("announce_payload").asBoolean(false));
        if (node.path("announce_piece").asBoolean(false)) {
            throw invalid("products.retrieval_v1.announce_piece", "false for ddo_v1", "true");
        }
        if (retrieval.announcePayload() && !retrieval.indexing()) {
            throw invalid("products.retrieval_v1.announce_payload", "false without indexing", "true");
        }
        return retrieval;
    }

    /** The deal in one way only, so that the same deal has the same hash. */
    public static byte[] write(Mk20Deal deal) {
        var node = object().put("identifier", deal.id().toString())
                .put("client", deal.client().toString());
        node.set("data", DataSourceJson.write(deal.data()));
        var products = node.putObject("products");
        var ddo = products.putObject("ddo_v1")
                .put("provider", deal.ddo().provider().toString());
        if (deal.ddo().start().isPresent()) {
            ddo.put("start_epoch", deal.ddo().start().getAsLong());
        }
        ddo.put("duration", deal.ddo().duration());
        deal.ddo()
                .notification()
                .ifPresent(
                        told -> ddo.put("notification_address", told.address().toString())
                                .put(
                                        "notification_payload",
                                        Base64.getEncoder()
                                                .encodeToString(told.payload().array())));
        products.putObject("retrieval_v1")
                .put("indexing", deal.retrieval().indexing())
                .put("announce_payload", deal.retrieval().announcePayload())
                .put("announce_piece", false);
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static boolean isSet(JsonNode node, String name) {
        return node.hasNonNull(name);
    }

    private static JsonNode object(JsonNode parent, String name, String field) {
        if (!isSet(parent, name)) {
            throw invalid(field, "set", "nothing");
        }
        if (!parent.path(name).isObject()) {
            throw invalid(field, "an object", given(parent.path(name)));
        }
        return parent.path(name);
    }

    private static String text(JsonNode node, String name, String field) {
        if (!node.path(name).isTextual()) {
            throw malformed(field, "text", given(node.path(name)));
        }
        return node.path(name).asText();
    }

    private static OptionalLong number(JsonNode node, String name, String field) {
        if (!isSet(node, name)) {
            return OptionalLong.empty();
        }
        if (!node.path(name).isIntegralNumber() || !node.path(name).canConvertToLong()) {
            throw malformed(field, "a whole number", given(node.path(name)));
        }
        return OptionalLong.of(node.path(name).asLong());
    }

    private static Optional<Address> address(JsonNode node, String name, String field) {
        var text = node.path(name).asText("");
        if (text.isEmpty() || text.equals(NO_ADDRESS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Address.parse(text));
        } catch (AditException e) {
            throw malformed(field, "an address", given(node.path(name)));
        }
    }

    static String given(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return "nothing";
        }
        var text = node.toString();
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }

    static Refusal.RefusedException malformed(String field, String limit, String given) {
        return refused(DealCode.BAD_PROPOSAL, RejectionCode.MALFORMED_DEAL, field, limit, given);
    }

    private static Refusal.RefusedException invalid(String field, String limit, String given) {
        return refused(DealCode.PRODUCT_VALIDATION_FAILED, RejectionCode.MALFORMED_DEAL, field, limit, given);
    }

    static Refusal.RefusedException refused(
            DealCode code, RejectionCode reason, String field, String limit, String given) {
        return new Refusal.RefusedException(Refusal.of(code, reason, field, limit, given));
    }

    /** Formats and sources by name, for messages. */
    static String nameOf(Mk20Deal.Source source) {
        return switch (source) {
            case Http http -> "http";
            case Offline offline -> "offline";
            case Put put -> "put";
            case Aggregated aggregated -> "aggregate";
        };
    }

    static String nameOf(Mk20Deal.Format format) {
        return switch (format) {
            case Car car -> "car";
            case Raw raw -> "raw";
            case Aggregate aggregate -> "aggregate";
        };
    }
}
