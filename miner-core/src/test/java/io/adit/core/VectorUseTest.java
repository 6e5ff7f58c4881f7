package io.adit.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VectorUseTest {
    /** Vectors of types that are not built yet, and what will read them. */
    private static final Map<String, String> LATER = Map.of(
            "deals/pdp_client_requests.json", "proofs of data possession",
            "filecoin/verifreg_params.json", "the verified registry's own methods; the node calls none of them");

    @Test
    void everyVector_isReadByATest_exceptThoseOfTypesToCome() {
        assertThat(VectorUse.unread(Set.of())).containsExactlyInAnyOrderElementsOf(LATER.keySet());
    }
}
