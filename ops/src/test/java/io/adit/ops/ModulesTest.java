package io.adit.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/**
 * The arrows of {@code docs/rooms.md} between whole modules, read from the poms: simulation and benchmarks are not on the class
 * path that {@link DependencyTest} looks at, and without a dependency in its pom no module can use another.
 */
class ModulesTest {
    private static final Path ROOT = Path.of("..");

    /** Modules that nothing may be built upon; the devnet only by the simulation. */
    private static final Map<String, Set<String>> USERS =
            Map.of("ops", Set.of(), "simulation", Set.of(), "benchmarks", Set.of(), "devnet", Set.of("simulation"));

    @Test
    void programsAndTheirTools_areUsedByNoOtherRoom() throws Exception {
        var users = new HashMap<String, Set<String>>();
        for (var module : modules()) {
            for (var used : uses(module)) {
                users.computeIfAbsent(used, key -> new TreeSet<>()).add(module);
            }
        }
        assertThat(users).containsKeys("miner-core", "market-server");
        USERS.forEach((module, allowed) ->
                assertThat(users.getOrDefault(module, Set.of())).as(module).isEqualTo(allowed));
    }

    @Test
    void everyArrow_pointsUpTheTableOfRooms() throws Exception {
        var rooms = rooms();
        assertThat(rooms).containsExactlyInAnyOrderElementsOf(modules());
        for (var module : rooms) {
            assertThat(rooms.subList(0, rooms.indexOf(module))).as(module).containsAll(uses(module));
        }
    }

    /** In the order of the table in docs/rooms.md. */
    private static List<String> rooms() throws IOException {
        return Pattern.compile("^\\| `([a-z0-9-]+)` \\| `io\\.adit", Pattern.MULTILINE)
                .matcher(Files.readString(ROOT.resolve("docs/rooms.md")))
                .results()
                .map(row -> row.group(1))
                .toList();
    }

    private static Set<String> modules() throws IOException {
        try (var folders = Files.list(ROOT)) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .map(folder -> folder.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The modules of this project that a module needs outside of its tests. */
    private static List<String> uses(String module) throws Exception {
        var pom = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(ROOT.resolve(module).resolve("pom.xml").toFile());
        var found = new ArrayList<String>();
        var dependencies = pom.getElementsByTagName("dependency");
        for (int i = 0; i < dependencies.getLength(); i++) {
            var dependency = (Element) dependencies.item(i);
            if (text(dependency, "groupId").equals("io.adit")
                    && !text(dependency, "scope").equals("test")) {
                found.add(text(dependency, "artifactId"));
            }
        }
        return found;
    }

    private static String text(Element element, String child) {
        var nodes = element.getElementsByTagName(child);
        return nodes.getLength() == 0 ? "" : nodes.item(0).getTextContent().strip();
    }
}
