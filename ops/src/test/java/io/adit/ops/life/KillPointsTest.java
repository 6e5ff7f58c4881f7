package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds {@link CrashTest}'s kill points to what the sources name. */
class KillPointsTest {
    private static final Pattern POINT = Pattern.compile("CrashPoints\\.reach\\(\\s*\"([a-z0-9.]+)\"");
    private static final Pattern MESSAGE_POINT = Pattern.compile("reach\\(\\s*\"(message\\.[a-z]+)\",");
    /** A task's own point, which is named after its kind. */
    private static final Pattern OF_A_TASK =
            Pattern.compile("CrashPoints\\.reach\\(\\s*kind\\(\\) \\+ \"(\\.[a-z]+)\"");

    private static final Pattern ANY = Pattern.compile("CrashPoints\\.reach\\(\\s*([^;]*?)\\);");

    /** A name, one of the engine's or of sending, one of the outbox's; what is none of them would not be looked for. */
    private static final String LOOKED_FOR = "\"[a-z0-9.]+\"|(?:task\\.)?kind\\(\\) \\+ \"\\.[a-z]+\"|point.*";

    private static final Pattern TASK = Pattern.compile("KIND = \"(deal\\.[a-z.]+)\"");

    /** What a deal's life passes through. Other points (an index of many runs, the signer) are their rooms' own tests' matter. */
    private static final Set<String> LIFE = Set.of("deal", "sector", "storage", "message", "post");

    @Test
    void everyPointInTheSourcesIsKilledAt_andNoOtherIsListed() throws IOException {
        var inSources = new TreeSet<>(found(POINT));
        inSources.addAll(found(MESSAGE_POINT));
        inSources.removeIf(point -> !LIFE.contains(point.substring(0, point.indexOf('.'))));
        inSources.addAll(KillPoints.GATHERED);
        // No message of this life gets stuck; the outbox's own tests kill around a replacement.
        inSources.removeIf(point -> point.startsWith("message.replac"));

        var listed = new ArrayList<>(KillPoints.INSIDE);
        listed.addAll(KillPoints.GATHERED);
        listed.addAll(KillPoints.MESSAGE);
        listed.add(KillPoints.ACCEPTED);
        KillPoints.WINDOW.stream().filter(point -> point.startsWith("post.")).forEach(listed::add);
        assertThat(listed).containsExactlyInAnyOrderElementsOf(inSources);
    }

    @Test
    void pointsNamedAfterATask_areThoseOfSending() throws IOException {
        // A message is taken apart only where the node refuses one of several sectors; SendTaskTest kills around that.
        assertThat(found(OF_A_TASK)).containsExactlyInAnyOrder(".gathered", ".apart");
        assertThat(found(ANY)).allMatch(point -> point.matches(LOOKED_FOR));
    }

    @Test
    void everyTaskOfADealIsKilledAt() throws IOException {
        var tasks = new TreeSet<>(found(TASK));
        // Runs when a deal has failed or wants no unsealed copy; this deal does neither.
        tasks.remove("deal.clear");
        // Settles and ends deals for the years after this life; AfterlifeTest shows that.
        tasks.remove("deal.afterlife");
        assertThat(KillPoints.DEAL).containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Test
    void takesTheEndOfAStepAndTheStartOfTheNextAsOneBoundary() {
        var points = new KillPoints();

        assertThat(points.reached("sector.commit1.done")).isTrue();
        assertThat(points.toVariable().split(",")).doesNotContain("sector.commit1.done", "sector.commit2.start");
        assertThat(points.reached("sector.commit1.done")).isFalse();
        assertThat(points.spares("sector.commit2")).isFalse();
        assertThat(points.reached("sector.commit2.proven")).isTrue();
        assertThat(points.reached("sector.commit2.ran")).isTrue();
        assertThat(points.spares("sector.commit2")).isTrue();
        assertThat(points.leftBut(Set.of())).contains("sector.commit2.done");
    }

    private static Set<String> found(Pattern pattern) throws IOException {
        var root = Path.of("").toAbsolutePath().getParent();
        var names = new HashSet<String>();
        try (var modules = Files.list(root)) {
            for (var module : modules.toList()) {
                var sources = module.resolve("src/main/java");
                if (!Files.isDirectory(sources)) {
                    continue;
                }
                try (var files = Files.walk(sources)) {
                    for (var file : files.filter(path -> path.toString().endsWith(".java"))
                            .toList()) {
                        var match = pattern.matcher(Files.readString(file));
                        while (match.find()) {
                            names.add(match.group(1));
                        }
                    }
                }
            }
        }
        assertThat(names).as("the sources under " + root).isNotEmpty();
        return names;
    }
}
