package io.adit.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the vector files that no test reads. Whether a test reads a file is seen from the sources of every module's tests: one
 * of them has a text constant that ends in the file's name (with or without its ending) and one that has the name of its
 * folder, which may be the same constant.
 */
public final class VectorUse {
    private static final Pattern CONSTANT = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)+)\"");
    private static final Path VECTORS = Path.of("src", "test", "resources", "vectors");

    private VectorUse() {}

    /**
     * The vector files of the module that the test runs in, relative to {@code vectors/}, which no test reads.
     *
     * @param wholeFolders folders that some test lists and reads through, so that no file of them need be named
     */
    public static Set<String> unread(Set<String> wholeFolders) {
        var sources = testSources();
        try (var files = Files.walk(VECTORS)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> VECTORS.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> !file.endsWith(".md"))
                    .filter(file -> !wholeFolders.contains(folder(file)))
                    .filter(file -> sources.stream().noneMatch(source -> source.reads(file)))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String folder(String file) {
        return file.substring(0, Math.max(0, file.lastIndexOf('/')));
    }

    /**
     * One test's text constants.
     *
     * @param ends the last path segment of each, without its ending
     * @param segments every path segment
     */
    private record Source(Set<String> ends, Set<String> segments) {
        boolean reads(String file) {
            var segmentsOfFolder = folder(file).split("/");
            var folder = segmentsOfFolder[segmentsOfFolder.length - 1];
            return ends.contains(stem(file.substring(file.lastIndexOf('/') + 1)))
                    && (folder.isEmpty() || segments.contains(folder));
        }
    }

    private static String stem(String name) {
        return name.replaceFirst("\\.(json|jsonl\\.gz|csv|car)$", "");
    }

    private static List<Source> testSources() {
        var sources = new ArrayList<Source>();
        try (var modules = Files.list(Path.of(".."))) {
            for (var module : modules.toList()) {
                var tests = module.resolve("src/test/java");
                if (Files.isDirectory(tests)) {
                    try (Stream<Path> files = Files.walk(tests)) {
                        files.filter(file -> file.toString().endsWith(".java")
                                        // A list of what is not read is not a reading.
                                        && !file.endsWith("VectorUseTest.java"))
                                .map(VectorUse::source)
                                .forEach(sources::add);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sources;
    }

    private static Source source(Path file) {
        var ends = new HashSet<String>();
        var segments = new HashSet<String>();
        try {
            var constants = CONSTANT.matcher(Files.readString(file));
            while (constants.find()) {
                var parts = constants.group(1).split("/");
                segments.addAll(List.of(parts));
                if (parts.length > 0) {
                    ends.add(stem(parts[parts.length - 1]));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Source(ends, segments);
    }
}
