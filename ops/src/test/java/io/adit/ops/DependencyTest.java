package io.adit.ops;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the arrows of {@code docs/rooms.md} where they are. */
@AnalyzeClasses(
        packages = "io.adit",
        importOptions = {ImportOption.DoNotIncludeTests.class, DependencyTest.NoTestJars.class})
class DependencyTest {

    /** Tests of other modules come here as jars, which the option for folders of test classes does not know. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule dependenciesPointOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.adit..")
            .layer("core")
            .definedBy("io.adit.core..")
            .layer("libp2p")
            .definedBy("io.adit.libp2p..")
            .layer("proofs")
            .definedBy("io.adit.proofs..")
            .layer("chain")
            .definedBy("io.adit.chain..")
            .layer("sealing")
            .definedBy("io.adit.sealing..")
            .layer("market")
            .definedBy("io.adit.market..")
            .layer("devnet")
            .definedBy("io.adit.devnet..")
            .layer("ops")
            .definedBy("io.adit.ops..")
            .whereLayer("ops")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("devnet")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("market")
            .mayOnlyBeAccessedByLayers("ops")
            .whereLayer("sealing")
            .mayOnlyBeAccessedByLayers("market", "ops")
            .whereLayer("chain")
            .mayOnlyBeAccessedByLayers("sealing", "market", "devnet", "ops")
            .whereLayer("proofs")
            .mayOnlyBeAccessedByLayers("sealing", "market", "devnet", "ops")
            .whereLayer("libp2p")
            .mayOnlyBeAccessedByLayers("market", "ops");

    @ArchTest
    static final ArchRule libp2pKnowsNothingOfFilecoin = noClasses()
            .that()
            .resideInAPackage("io.adit.libp2p..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.adit.core..");

    @ArchTest
    static final ArchRule coreUsesNoNetwork = noClasses()
            .that()
            .resideInAPackage("io.adit.core..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net.http..", "java.nio.channels.spi..", "io.netty..", "com.sun.net..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.net.Socket")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.net.ServerSocket")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.channels.SocketChannel");

    /** The databases' drivers bring native code and sockets of their own; they are met in one package. */
    @ArchTest
    static final ArchRule onlyTheStateRoomKnowsItsDatabases = noClasses()
            .that()
            .resideOutsideOfPackage("io.adit.core.state..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.sqlite..", "org.postgresql..", "com.zaxxer..");

    /** So does the BLS library. */
    @ArchTest
    static final ArchRule onlyTheKeyRoomTouchesBls = noClasses()
            .that()
            .resideOutsideOfPackage("io.adit.core.keys..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("supranational.blst..", "tech.pegasys..");

    @ArchTest
    static final ArchRule onlyTheProofsRoomTouchesTheNativeLibrary = noClasses()
            .that()
            .resideOutsideOfPackage("io.adit.proofs..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule onlyTheStateRoomSpeaksSql = noClasses()
            .that()
            .resideOutsideOfPackage("io.adit.core.state..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.jdbi..", "org.flywaydb..");

    @ArchTest
    static final ArchRule everyRoomSaysWhatItIsFor = classes()
            .that(new com.tngtech.archunit.base.DescribedPredicate<JavaClass>("are top-level") {
                @Override
                public boolean test(JavaClass type) {
                    return type.isTopLevelClass() && !type.getSimpleName().equals("package-info");
                }
            })
            .should(new com.tngtech.archunit.lang.ArchCondition<JavaClass>("live in a package with a package-info") {
                @Override
                public void check(JavaClass type, com.tngtech.archunit.lang.ConditionEvents events) {
                    boolean said = type.getPackage().tryGetPackageInfo().isPresent();
                    events.add(new com.tngtech.archunit.lang.SimpleConditionEvent(
                            type, said, type.getPackageName() + (said ? " has" : " has no") + " package-info"));
                }
            });
}
