package io.adit.market.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.config.ConfigLoader;
import io.adit.core.fil.SectorSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DealTermsTest {
    @TempDir
    Path folder;

    @Test
    void takesNoDeal_thatASectorCannotOutlive() throws Exception {
        var terms = terms("");

        // Sealing adds two days to the deal's end and keeps two below the chain's most.
        assertThat(terms.maxExpiration()).isEqualTo(DealTerms.CHAIN_MAX_DURATION - 4 * 2880);
    }

    @Test
    void hasRoomForSeveralOfTheLargestPieces() throws Exception {
        assertThat(terms("[market]\nmax-piece-size = \"32GiB\"\n").maxStagingBytes())
                .isEqualTo(8 * (32L << 30));
    }

    @Test
    void theQueueHasABound_whatIsConfiguredOrNot() throws Exception {
        assertThat(terms("[market]\nmax-piece-size = \"32GiB\"\n").maxQueuedBytes())
                .isEqualTo(2 * 8 * (32L << 30));
        assertThat(terms("[market]\nmax-staging-bytes = \"1GiB\"\n").maxQueuedBytes())
                .isEqualTo(2L << 30);
        assertThat(terms("[market]\nmax-queued-bytes = \"3GiB\"\n").maxQueuedBytes())
                .isEqualTo(3L << 30);
    }

    private DealTerms terms(String toml) throws Exception {
        var file = Files.writeString(folder.resolve("config.toml"), toml);
        var config = ConfigLoader.load(file, Map.of(), Map.of());
        return DealTerms.of(config.market(), SectorSize.GIB_32, 5);
    }
}
