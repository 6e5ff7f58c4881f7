package io.adit.market.deal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.mk20.Mk20Pages;
import io.adit.market.policy.DealRule;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import io.adit.market.policy.RejectionJson;
import io.adit.market.retrieve.SidePages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * {@code GET /market/policy}: what the provider takes. {@code POST /market/preflight}: what it would say to a proposal, with
 * everything that speaks against it; the body is what the deal protocol takes (CBOR, {@code application/cbor}), or the same
 * as JSON without a signature. Answers 200 also to a proposal that would be rejected, 400 to what is no proposal, 503 when
 * nothing can be said now. Below {@code /market/mk20}: the HTTP market, {@link Mk20Pages}.
 */
final class MarketPages implements SidePages {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Each of them asks the chain's node on a stranger's word. */
    private static final int AT_ONCE = 8;

    private final DealDesk desk;
    private final Supplier<DealTerms> policy;
    private final Address miner;
    private final Mk20Pages direct;
    private final InclusionPages inclusions;
    private final Semaphore slots = new Semaphore(AT_ONCE);

    MarketPages(DealDesk desk, Supplier<DealTerms> policy, Address miner, Mk20Pages direct, InclusionPages inclusions) {
        this.desk = desk;
        this.policy = policy;
        this.miner = miner;
        this.direct = direct;
        this.inclusions = inclusions;
    }

    @Override
    public String folder() {
        return "market";
    }

    /** Lists of pieces are longer than what else is posted, and data is. */
    @Override
    public boolean streams(String method, String uri) {
        return (method.equals("POST") || method.equals("PUT")) && uri.startsWith("/market/mk20/");
    }

    @Override
    public Optional<Page> answer(Question question) {
        if (!question.path().isEmpty() && question.path().getFirst().equals("mk20")) {
            return direct.answer(
                    question, question.path().subList(1, question.path().size()));
        }
        var inclusion = InclusionPages.asked(question.method(), question.path());
        if (inclusion.isPresent()) {
            return inclusion.map(inclusions::answer);
        }
        return switch (question.method() + " " + String.join("/", question.path())) {
            case "GET policy" -> Optional.of(policy());
            case "POST preflight" -> Optional.of(preflight(question.body()));
            default -> Optional.empty();
        };
    }

    private Page policy() {
        try {
            return page(200, PublishedPolicy.of(policy.get(), miner));
        } catch (AditException e) {
            return page(503, JsonNodeFactory.instance.objectNode().put("error", "the policy has to be mended"));
        }
    }

    private Page preflight(byte[] body) {
        boolean json = body.length > 0 && body[0] == '{';
        DealParams params;
        try {
            params = json ? PreflightJson.read(parse(body), miner) : DealParams.fromCbor(body);
        } catch (AditException e) {
            return verdict(400, List.of(malformed(String.valueOf(e.getMessage()))), List.of());
        } catch (JsonProcessingException e) {
            return verdict(400, List.of(malformed(e.getOriginalMessage())), List.of());
        }
        if (!slots.tryAcquire()) {
            var busy = Rejected.of(RejectionCode.NOT_READY, "one of " + AT_ONCE + " dry runs at a time", "one more");
            return verdict(503, List.of(busy), List.of());
        }
        try {
            var found = desk.preflight(params, !json);
            boolean decided = found.stream().noneMatch(rejected -> rejected.code() == RejectionCode.NOT_READY);
            return verdict(decided ? 200 : 503, found, notChecked(json));
        } finally {
            slots.release();
        }
    }

    /** A stranger must not make the node start programs without a signature and the money for a deal. */
    private List<String> notChecked(boolean unsigned) {
        var left = new ArrayList<String>();
        if (unsigned) {
            left.add(DealRule.SIGNATURE.name());
        }
        if (asksFilters()) {
            left.add("FILTER");
        }
        return left;
    }

    private boolean asksFilters() {
        try {
            return policy.get().filters().any();
        } catch (AditException e) {
            // The verdict says that the policy has to be mended.
            return false;
        }
    }

    static JsonNode parse(byte[] body) throws JsonProcessingException {
        return JSON.readTree(new String(body, StandardCharsets.UTF_8));
    }

    private static Rejected malformed(String given) {
        return Rejected.of(RejectionCode.MALFORMED_PROPOSAL, "one CBOR map or JSON object", "something else: " + given);
    }

    private static Page verdict(int status, List<Rejected> found, List<String> notChecked) {
        var node = JsonNodeFactory.instance.objectNode().put("accepted", found.isEmpty());
        var rejections = node.putArray("rejections");
        found.forEach(rejected -> rejections.add(RejectionJson.of(rejected)));
        var left = node.putArray("notChecked");
        notChecked.forEach(left::add);
        return page(status, node);
    }

    private static Page page(int status, ObjectNode node) {
        return new Page(status, node.toString().getBytes(StandardCharsets.UTF_8));
    }
}
