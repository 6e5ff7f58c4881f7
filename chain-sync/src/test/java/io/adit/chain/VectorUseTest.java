package io.adit.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.VectorUse;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VectorUseTest {
    /**
     * Read through by RecordingReplayTest (and by the devnet's ShapeTest), which take every recording of a method that the
     * catalogue has: the others wait there for their method.
     */
    private static final Set<String> RECORDINGS = Set.of(
            "lotus/rpc/http",
            "lotus/rpc/miner-run",
            "lotus/rpc/miner-init",
            "lotus/rpc/new-miner",
            "lotus2/rpc/miner-run");

    @Test
    void everyVector_isReadByATest() {
        assertThat(VectorUse.unread(RECORDINGS)).isEmpty();
    }
}
