package io.adit.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages tell a reader to look at is there. */
class PagesTest {
    private static final Path ROOT =
            Path.of("").toAbsolutePath().resolveSibling(".").normalize();
    /** {@code [`AddPieceTask`, `PieceIndex`]}: where to read on. */
    private static final Pattern CLASSES = Pattern.compile("\\[(`[A-Z]\\w+`(?:,\\s+`[A-Z]\\w+`)*)\\](?!\\()");

    private static final Pattern LINK = Pattern.compile("\\]\\(((?!https?:)[^)#]+)[^)]*\\)");

    static List<Path> pages() throws IOException {
        try (var files = Files.walk(ROOT.resolve("docs"))) {
            var pages = new TreeSet<>(
                    files.filter(file -> file.toString().endsWith(".md")).toList());
            pages.add(ROOT.resolve("README.md"));
            pages.add(ROOT.resolve("CHANGELOG.md"));
            return List.copyOf(pages);
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(Path page) throws IOException {
        assertThat(LINK.matcher(Files.readString(page)).results())
                .allSatisfy(
                        link -> assertThat(page.resolveSibling(link.group(1))).exists());
    }

    @Test
    void theClassesNamedOnTheWayOfThePicture_exist() throws IOException {
        var named = CLASSES.matcher(Files.readString(ROOT.resolve("docs/mars.md")))
                .results()
                .flatMap(
                        names -> Pattern.compile("\\w+").matcher(names.group(1)).results())
                .map(name -> name.group())
                .collect(Collectors.toSet());

        assertThat(named).hasSizeGreaterThan(15);
        assertThat(classes()).containsAll(named);
    }

    private static Set<String> classes() throws IOException {
        try (var modules = Files.list(ROOT)) {
            var names = new TreeSet<String>();
            for (var sources : modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (var files = Files.walk(sources)) {
                    files.map(file -> file.getFileName().toString())
                            .filter(file -> file.endsWith(".java"))
                            .forEach(file -> names.add(file.replace(".java", "")));
                }
            }
            return names;
        }
    }
}
