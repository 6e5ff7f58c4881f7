package io.adit.market;

import io.adit.core.GoPrograms;
import java.io.IOException;
import java.nio.file.Path;

/** The Go programs under src/test/go that this module is tested against. */
public final class GoTools {
    private GoTools() {}

    /** The program of {@code src/test/go/<name>}, built once for all tests of a run; see {@link GoPrograms}. */
    public static Path build(String name) throws IOException, InterruptedException {
        return GoPrograms.build(Path.of("src", "test", "go", name));
    }
}
