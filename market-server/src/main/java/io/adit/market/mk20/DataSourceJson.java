package io.adit.market.mk20;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.PieceCid;
import io.adit.market.mk20.Mk20Deal.Aggregate;
import io.adit.market.mk20.Mk20Deal.Aggregated;
import io.adit.market.mk20.Mk20Deal.Car;
import io.adit.market.mk20.Mk20Deal.DataSource;
import io.adit.market.mk20.Mk20Deal.Format;
import io.adit.market.mk20.Mk20Deal.Http;
import io.adit.market.mk20.Mk20Deal.Offline;
import io.adit.market.mk20.Mk20Deal.Put;
import io.adit.market.mk20.Mk20Deal.Raw;
import io.adit.market.mk20.Mk20Deal.Source;
import io.adit.market.mk20.Mk20Deal.SubPiece;
import io.adit.market.mk20.Mk20Deal.Url;
import io.adit.market.policy.RejectionCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The data of a deal as JSON, with the bounds that Curio has ({@code market/mk20/utils.go}). */
final class DataSourceJson {
    private static final int MAX_PIECES = 1024;
    private static final int MAX_URLS = 10;
    private static final int MAX_HEADERS = 10;
    private static final int MAX_URL = 4096;
    private static final int PODSI = 1;

    private DataSourceJson() {}

    static DataSource read(JsonNode node, String field) {
        var cid = pieceCid(node, field, DealCode.BAD_PROPOSAL);
        var source = source(node, field);
        return new DataSource(cid, format(node.path("format"), field + ".format", source), source);
    }

    private static PieceCid pieceCid(JsonNode node, String field, DealCode code) {
        var text = node.path("piece_cid").path("/").asText("");
        try {
            var cid = PieceCid.parse(text.length() > 128 ? "" : text);
            if (cid.rawSize().isPresent()) {
                return cid;
            }
        } catch (AditException e) {
            throw badPieceCid(code, field, text);
        }
        throw badPieceCid(code, field, text);
    }

    private static Refusal.RefusedException badPieceCid(DealCode code, String field, String given) {
        return Mk20Json.refused(
                code,
                RejectionCode.BAD_PIECE_CID,
                field + ".piece_cid",
                "a version 2 piece CID (bafkzcib…), which names the payload's size, too",
                given.isEmpty() ? "nothing" : given.substring(0, Math.min(given.length(), 128)));
    }

    private static Source source(JsonNode node, String field) {
        var named = Stream.of("source_http", "source_offline", "source_http_put", "source_aggregate")
                .filter(name -> Mk20Json.isSet(node, name))
                .toList();
        if (named.size() != 1) {
            throw Mk20Json.malformed(
                    field,
                    "with exactly one of source_http, source_offline, source_http_put and source_aggregate",
                    named.isEmpty() ? "none" : String.join(", ", named));
        }
        return switch (named.getFirst()) {
            case "source_http" -> new Http(urls(node.path("source_http").path("urls"), field + ".source_http.urls"));
            case "source_offline" -> new Offline();
            case "source_http_put" -> new Put();
            default -> aggregated(node.path("source_aggregate").path("pieces"), field + ".source_aggregate.pieces");
        };
    }

    private static List<Url> urls(JsonNode node, String field) {
        if (!node.isArray() || node.isEmpty() || node.size() > MAX_URLS) {
            throw malformed(field, "1 to " + MAX_URLS, String.valueOf(node.size()));
        }
        return StreamSupport.stream(node.spliterator(), false)
                .map(url -> url(url, field))
                .toList();
    }

    private static Url url(JsonNode node, String field) {
        var text = node.path("url").asText("");
        if (text.isEmpty() || text.length() > MAX_URL) {
            throw malformed(field, "a url of at most " + MAX_URL + " characters", text.length() + " characters");
        }
        var headers = new LinkedHashMap<String, List<String>>();
        var given = node.path("headers");
        if (given.size() > MAX_HEADERS) {
            throw malformed(field, "at most " + MAX_HEADERS + " headers", String.valueOf(given.size()));
        }
        for (var header : given.properties()) {
            headers.put(
                    header.getKey(),
                    StreamSupport.stream(header.getValue().spliterator(), false)
                            .limit(MAX_HEADERS)
                            .map(JsonNode::asText)
                            .toList());
        }
        return new Url(
                text,
                headers,
                node.path("priority").asInt(0),
                node.path("fallback").asBoolean(false));
    }

    private static Aggregated aggregated(JsonNode node, String field) {
        requirePieces(node, field, 2);
        var pieces = new ArrayList<DataSource>();
        for (var part : node) {
            var at = field + "[" + pieces.size() + "]";
            var source = source(part, at);
            if (!(source instanceof Http) && !(source instanceof Offline)) {
                throw malformed(at, "with source_http or source_offline", Mk20Json.nameOf(source));
            }
            pieces.add(new DataSource(
                    pieceCid(part, at, DealCode.MALFORMED_DATA_SOURCE),
                    leaf(part.path("format"), at + ".format"),
                    source));
        }
        return new Aggregated(pieces);
    }

    private static void requirePieces(JsonNode node, String field, int least) {
        if (!node.isArray() || node.size() < least || node.size() > MAX_PIECES) {
            throw malformed(field, least + " to " + MAX_PIECES + " pieces", String.valueOf(node.size()));
        }
    }

    private static Format format(JsonNode node, String field, Source source) {
        var named = formats(node);
        if (named.size() != 1) {
            throw Mk20Json.malformed(
                    field,
                    "exactly one of car, raw and aggregate",
                    named.isEmpty() ? "none" : String.join(", ", named));
        }
        boolean aggregate = named.getFirst().equals("aggregate");
        if (source instanceof Aggregated && !aggregate) {
            throw malformed(field, "aggregate, as the source is", named.getFirst());
        }
        return aggregate ? aggregate(node.path("aggregate"), field + ".aggregate", source) : leaf(node, field);
    }

    private static List<String> formats(JsonNode node) {
        return Stream.of("car", "raw", "aggregate")
                .filter(name -> Mk20Json.isSet(node, name))
                .toList();
    }

    /** A format that holds no other pieces. */
    private static Format leaf(JsonNode node, String field) {
        var named = formats(node);
        if (named.size() != 1 || named.getFirst().equals("aggregate")) {
            throw malformed(field, "car or raw", named.isEmpty() ? "none" : String.join(", ", named));
        }
        return named.getFirst().equals("car") ? new Car() : new Raw();
    }

    private static Aggregate aggregate(JsonNode node, String field, Source source) {
        if (node.path("type").asInt(0) != PODSI) {
            throw malformed(field + ".type", "1 (FRC-0058)", Mk20Json.given(node.path("type")));
        }
        var parts = node.path("sub");
        if (source instanceof Aggregated) {
            if (!parts.isEmpty()) {
                throw malformed(field + ".sub", "left out where the source names the pieces", parts.size() + " pieces");
            }
            return new Aggregate(List.of());
        }
        requirePieces(parts, field + ".sub", 1);
        var pieces = new ArrayList<SubPiece>();
        for (var part : parts) {
            var at = field + ".sub[" + pieces.size() + "]";
            var cid = pieceCid(part, at, DealCode.MALFORMED_DATA_SOURCE);
            pieces.add(new SubPiece(cid, leaf(part.path("format"), at + ".format") instanceof Car));
        }
        return new Aggregate(pieces);
    }

    private static Refusal.RefusedException malformed(String field, String limit, String given) {
        return Mk20Json.refused(
                DealCode.MALFORMED_DATA_SOURCE, RejectionCode.MALFORMED_DATA_SOURCE, field, limit, given);
    }

    static ObjectNode write(DataSource data) {
        var node = piece(data.pieceCid(), data.format());
        if (data.format() instanceof Aggregate whole) {
            var parts = ((ObjectNode) node.path("format"))
                    .putObject("aggregate")
                    .put("type", PODSI)
                    .putArray("sub");
            for (var part : whole.subPieces()) {
                parts.add(piece(part.pieceCid(), part.car() ? new Car() : new Raw()));
            }
        }
        switch (data.source()) {
            case Http http -> write(node.putObject("source_http"), http);
            case Offline offline -> node.putObject("source_offline");
            case Put put -> node.putObject("source_http_put");
            case Aggregated aggregated -> {
                var pieces = node.putObject("source_aggregate").putArray("pieces");
                aggregated.pieces().forEach(part -> pieces.add(write(part)));
            }
        }
        return node;
    }

    private static ObjectNode piece(PieceCid cid, Format format) {
        var node = Mk20Json.object();
        node.putObject("piece_cid").put("/", cid.v2().orElseThrow().toString());
        var formats = node.putObject("format");
        if (!(format instanceof Aggregate)) {
            formats.putObject(Mk20Json.nameOf(format));
        }
        return node;
    }

    private static void write(ObjectNode node, Http http) {
        var urls = node.putArray("urls");
        for (var url : http.urls()) {
            var one = urls.addObject().put("url", url.url());
            var headers = one.putObject("headers");
            // Not withArray: it takes a name that begins with a slash for a path.
            sorted(url.headers()).forEach((name, values) -> values.forEach(headers.putArray(name)::add));
            one.put("priority", url.priority()).put("fallback", url.fallback());
        }
    }

    private static Map<String, List<String>> sorted(Map<String, List<String>> headers) {
        return new TreeMap<>(headers);
    }
}
