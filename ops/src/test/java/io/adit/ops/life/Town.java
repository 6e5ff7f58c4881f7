package io.adit.ops.life;

import io.adit.core.fil.SectorSize;
import io.adit.ops.demo.Household;
import io.adit.proofs.NativeLibrary;
import io.adit.proofs.ParameterStore;
import java.nio.file.Path;
import java.time.Duration;

/** Households for tests: 2 KiB sectors, and the test's own class path for both processes. */
final class Town {
    private Town() {}

    static String classPath() {
        // Surefire hides the class path behind a jar of its own and keeps the real one here.
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    static Path parameters() {
        var store = new ParameterStore(ParameterStore.defaultDirectory());
        if (!store.isComplete(SectorSize.KIB_2)) {
            store.ensure(
                    SectorSize.KIB_2,
                    NativeLibrary.locate().parameterProgram().orElseThrow(),
                    (file, percent, left) -> {});
        }
        return store.directory();
    }

    static Household household(Path folder) {
        return new Household(new Household.Setup(
                folder,
                classPath(),
                classPath(),
                SectorSize.KIB_2,
                Duration.ofMillis(200),
                Duration.ofMinutes(2),
                parameters()));
    }
}
