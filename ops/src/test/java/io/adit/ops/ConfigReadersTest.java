package io.adit.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.adit.core.config.NodeConfig;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A key that nobody reads is a promise that nobody keeps. */
class ConfigReadersTest {
    private static final String CONFIG = "io.adit.core.config";

    /** Read by their own sections, those of the market through what stands for them where they are not set. */
    private static final Set<String> READ_INSIDE = Set.of(
            "node.allowPublicApi",
            "market.maxStagingBytes",
            "market.maxStagingBytesPerClient",
            "market.maxDealsUnderWayPerClient",
            "market.maxQueuedBytes");

    @Test
    void everyKeyIsReadOutsideOfTheConfiguration() {
        var classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.adit");
        var unread = new ArrayList<String>();
        int keys = 0;
        for (RecordComponent section : NodeConfig.class.getRecordComponents()) {
            for (RecordComponent key : section.getType().getRecordComponents()) {
                var accessor = classes.get(section.getType()).getMethod(key.getName());
                keys++;
                if (readers(accessor)
                        .noneMatch(reader -> !reader.getOwner().getPackageName().equals(CONFIG))) {
                    unread.add(section.getName() + "." + key.getName());
                }
            }
        }
        assertThat(keys).isGreaterThan(25);
        assertThat(unread).isSubsetOf(READ_INSIDE);
    }

    private static Stream<JavaCodeUnit> readers(JavaMethod accessor) {
        return Stream.concat(
                accessor.getCallsOfSelf().stream().map(call -> call.getOrigin()),
                accessor.getReferencesToSelf().stream().map(reference -> reference.getOrigin()));
    }
}
