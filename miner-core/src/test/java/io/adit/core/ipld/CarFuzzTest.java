package io.adit.core.ipld;

import io.adit.core.Fuzzer;
import io.adit.core.error.AditException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CarFuzzTest {
    /** One block of the size that a section announces may be allocated before it turns out to be missing. */
    private static final long CAP = CarLimits.IN_PIECE.maxBlock() + (4L << 20);

    @Test
    void anyArchive_isReadOrATypedFailure() {
        Fuzzer.of("car", CAP).run(10_000, (input, random) -> {
            try (var car = new CarReader(new ByteArrayInputStream(input), CarLimits.IN_PIECE)) {
                for (var entry = car.next(); entry.isPresent(); ) {
                    entry = car.next();
                }
            } catch (AditException | IOException refused) {
                // as it should be
            }
        });
    }
}
