package io.adit.market.filter;

import io.adit.market.filter.FilterAnswer.Accept;
import io.adit.market.filter.FilterAnswer.None;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks whom the operator named, one after the other; the first that does not take the deal decides. */
public final class DealFilters {
    private static final Logger LOG = LoggerFactory.getLogger(DealFilters.class);

    /** A filter is a program on the machine that proves. */
    private static final int AT_ONCE = 8;

    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    /** The verdict; {@link FilterAnswer.None} only if a deal must not be taken without an answer. */
    public FilterAnswer ask(FilterTerms terms, FilterQuestion question) {
        try {
            if (!turns.tryAcquire(terms.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
                return withoutAnswer(terms, new None(AT_ONCE + " deals are being judged, and none of them got done"));
            }
            try {
                return inTurn(terms, question);
            } finally {
                turns.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new None("the node is being stopped");
        }
    }

    private FilterAnswer inTurn(FilterTerms terms, FilterQuestion question) throws InterruptedException {
        FilterAnswer answer = new Accept();
        if (!terms.command().isBlank()) {
            var document = FilterDocuments.boost(question).toPrettyString().getBytes(StandardCharsets.UTF_8);
            answer = settled(terms, CommandFilter.ask(terms.command(), terms.timeout(), document));
        }
        if (answer instanceof Accept && terms.cidGravityToken().isPresent()) {
            answer = settled(
                    terms,
                    CidGravity.ask(terms.cidGravity(), terms.cidGravityToken().get(), terms.timeout(), question));
        }
        return answer;
    }

    private static FilterAnswer settled(FilterTerms terms, FilterAnswer answer) {
        return answer instanceof None none ? withoutAnswer(terms, none) : answer;
    }

    private static FilterAnswer withoutAnswer(FilterTerms terms, None none) {
        LOG.warn(
                "{}; the deal is {}",
                none.why(),
                terms.acceptWithoutAnswer() ? "taken without its answer" : "not taken");
        return terms.acceptWithoutAnswer() ? new Accept() : none;
    }
}
