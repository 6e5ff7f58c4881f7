package io.adit.core.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsTest {
    @Test
    void ownMetersHaveThePrefix_commonOnesKeepTheirNames() {
        try (var metrics = new Metrics().withProcessMeters()) {
            metrics.registry().counter("adit.deals.accepted").increment(2);
            metrics.registry().counter("stray", "kind", "x").increment();

            String text = metrics.scrape();

            assertThat(text)
                    .contains("adit_deals_accepted_total 2.0")
                    .contains("adit_stray_total{kind=\"x\"} 1.0")
                    .contains("\njvm_memory_used_bytes{")
                    .contains("\nprocess_uptime_seconds ")
                    .doesNotContain("adit_jvm_");
        }
    }
}
