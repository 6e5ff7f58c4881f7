package io.adit.sealing;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.VectorUse;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VectorUseTest {
    @Test
    void everyVector_isReadByATest() {
        assertThat(VectorUse.unread(Set.of())).isEmpty();
    }
}
