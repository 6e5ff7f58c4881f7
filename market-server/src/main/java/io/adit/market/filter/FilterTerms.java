package io.adit.market.filter;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Who is asked about a deal.
 *
 * @param command for {@code sh -c}; empty for no program
 * @param timeout that each of them has; clients hang up after ten seconds
 * @param acceptWithoutAnswer whether a deal is taken when one of them does not answer
 * @param cidGravityToken a file with the API token of CIDgravity; empty where it is not asked
 * @param cidGravity CIDgravity's address for proposals
 */
@RecordBuilder
public record FilterTerms(
        String command, Duration timeout, boolean acceptWithoutAnswer, Optional<Path> cidGravityToken, URI cidGravity)
        implements FilterTermsBuilder.With {
    /** Where CIDgravity is asked (Curio {@code market/mk12/cidgravity.go}). */
    public static final String CID_GRAVITY = "https://service.cidgravity.com/api/proposal/check";

    /** Nobody is asked. */
    public static final FilterTerms NONE =
            new FilterTerms("", Duration.ofSeconds(8), false, Optional.empty(), URI.create(CID_GRAVITY));

    /** Whether anybody is asked. */
    public boolean any() {
        return !command.isBlank() || cidGravityToken.isPresent();
    }
}
