package io.adit.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.adit.core.error.AditException;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Reads a configuration: defaults, then the file, then the environment ({@code ADIT_SECTION_KEY}), then overrides ({@code
 * section.key}); the later one wins. Every mistake names the key, where it stands and what is allowed.
 */
public final class ConfigLoader {
    private static final int MAX_FILE = 1 << 20;
    private static final String VARIABLE = "ADIT_";
    private static final int NEAR = 4;

    private record Given(List<String> texts, String where) {}

    private final ConfigSchema schema;
    private final Map<String, Given> given = new HashMap<>();
    private final ConfigValues values;

    private ConfigLoader(Class<?> type, Path directory, Path home) {
        this.schema = ConfigSchema.of(type);
        this.values = new ConfigValues(directory, home);
    }

    /**
     * Loads the configuration of the node.
     *
     * @param file TOML; a file that is not there means defaults
     * @param environment variables beginning with {@code ADIT_} and a section's name; {@code HOME} for {@code ~/}
     * @param overrides from the command line, by {@code section.key}
     * @throws AditException with a {@link ConfigErrorCode}
     */
    public static NodeConfig load(Path file, Map<String, String> environment, Map<String, String> overrides) {
        var loader = ofFile(file, environment);
        loader.addEnvironment(environment);
        overrides.forEach((key, value) -> loader.add(key, value, "the command line"));
        return loader.build();
    }

    /**
     * The text of a file that says what this one says, and the overrides where they differ: each key that is set, with its
     * documentation. Comments of the old file are lost.
     *
     * @param file TOML; a file that is not there sets nothing
     * @throws AditException with a {@link ConfigErrorCode} when the new text could not be loaded
     */
    public static String merged(Path file, Map<String, String> overrides) {
        var loader = ofFile(file, Map.of());
        overrides.forEach((key, value) -> loader.add(key, value, "the command line"));
        loader.build();
        var out = new StringBuilder("# The keys that are set. Every other key and its default: adit config default\n");
        for (ConfigSchema.Section section : loader.schema.sections()) {
            var set = section.keys().values().stream()
                    .filter(key -> loader.given.containsKey(section.name() + "." + key.name()))
                    .toList();
            if (!set.isEmpty()) {
                out.append("\n[").append(section.name()).append("]\n");
            }
            for (ConfigSchema.Key key : set) {
                out.append('\n');
                ConfigDocs.entry(
                        out,
                        key,
                        Objects.requireNonNull(loader.given.get(section.name() + "." + key.name()))
                                .texts());
            }
        }
        return out.toString();
    }

    private static ConfigLoader ofFile(Path file, Map<String, String> environment) {
        Path absolute = file.toAbsolutePath();
        Path directory = absolute.getParent();
        var loader = new ConfigLoader(
                NodeConfig.class,
                directory == null ? absolute : directory,
                Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/"))));
        if (Files.exists(file)) {
            loader.addToml(read(file), file.toString());
        }
        return loader;
    }

    /** Parses TOML text as {@link #load} does; relative paths are relative to the directory. */
    public static NodeConfig parse(String toml, Path directory, Map<String, String> environment) {
        var loader = new ConfigLoader(
                NodeConfig.class,
                directory,
                Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/"))));
        loader.addToml(toml, "the text");
        loader.addEnvironment(environment);
        return loader.build();
    }

    /**
     * Loads the configuration of another program of the house from its file alone: no environment, no overrides, and a file
     * that is not there is an error.
     *
     * @param type a record of sections, each a record of keys with {@link Doc}
     */
    public static <T> T loadAs(Class<T> type, Path file) {
        Path absolute = file.toAbsolutePath();
        Path directory = absolute.getParent();
        var loader = new ConfigLoader(
                type, directory == null ? absolute : directory, Path.of(System.getProperty("user.home", "/")));
        loader.addToml(read(file), file.toString());
        return type.cast(loader.make());
    }

    private static String read(Path file) {
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE + 1);
            if (bytes.length > MAX_FILE) {
                throw new AditException(
                        ConfigErrorCode.CONFIG_UNREADABLE, "reading " + file + ": it is longer than 1 MiB");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AditException(ConfigErrorCode.CONFIG_UNREADABLE, "reading " + file + ": " + e.getMessage(), e);
        }
    }

    private void addToml(String toml, String where) {
        JsonNode root;
        try {
            root = new TomlMapper().readTree(toml);
        } catch (IOException e) {
            throw new AditException(
                    ConfigErrorCode.CONFIG_UNREADABLE, "reading " + where + " as TOML: " + e.getMessage(), e);
        }
        for (Map.Entry<String, JsonNode> section : root.properties()) {
            if (!section.getValue().isObject()) {
                throw unknown(section.getKey(), where);
            }
            for (Map.Entry<String, JsonNode> entry : section.getValue().properties()) {
                String key = section.getKey() + "." + entry.getKey();
                ConfigSchema.Key known = known(key, where);
                given.put(key, new Given(texts(entry.getValue(), known, key, where), where));
            }
        }
    }

    private static List<String> texts(JsonNode node, ConfigSchema.Key key, String name, String where) {
        boolean list = ConfigValues.isList(key.component().getGenericType());
        if (list != node.isArray() || node.isObject()) {
            throw bad(name, where, "it takes " + (list ? "a list: [\"…\"]" : "a single value"));
        }
        if (!list) {
            return List.of(node.asText());
        }
        var texts = new ArrayList<String>();
        node.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    private void addEnvironment(Map<String, String> environment) {
        environment.forEach((variable, value) -> {
            for (ConfigSchema.Section section : schema.sections()) {
                String prefix = VARIABLE + upper(section.name()) + "_";
                if (variable.startsWith(prefix)) {
                    String rest = variable.substring(prefix.length());
                    String key = section.keys().keySet().stream()
                            .filter(name -> upper(name).equals(rest))
                            .findFirst()
                            .orElse(rest.toLowerCase(Locale.ROOT).replace('_', '-'));
                    add(section.name() + "." + key, value, "variable " + variable);
                }
            }
        });
    }

    private static String upper(String kebab) {
        return kebab.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private void add(String key, String value, String where) {
        ConfigSchema.Key known = known(key, where);
        given.put(key, new Given(ConfigValues.texts(known.component().getGenericType(), value), where));
    }

    private ConfigSchema.Key known(String key, String where) {
        return schema.sections().stream()
                .filter(section -> key.startsWith(section.name() + "."))
                .map(section -> section.keys().get(key.substring(section.name().length() + 1)))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> unknown(key, where));
    }

    private AditException unknown(String key, String where) {
        String nearest = schema.names().stream()
                .min(Comparator.comparingInt(name -> distance(key, name)))
                .filter(name -> distance(key, name) <= NEAR || name.endsWith("." + key))
                .map(name -> "; did you mean " + name + "?")
                .orElse("; see the keys with: adit config default");
        return new AditException(
                ConfigErrorCode.CONFIG_UNKNOWN_KEY,
                "reading the configuration: " + where + " has no key " + key + nearest);
    }

    private static AditException bad(String key, String where, String what) {
        return new AditException(
                ConfigErrorCode.CONFIG_BAD_VALUE, "reading the configuration: " + key + " in " + where + ": " + what);
    }

    private NodeConfig build() {
        return (NodeConfig) make();
    }

    private Object make() {
        var sections = new ArrayList<Object>();
        for (ConfigSchema.Section section : schema.sections()) {
            var arguments = new ArrayList<Object>();
            section.keys().forEach((name, key) -> arguments.add(value(section.name() + "." + name, key)));
            sections.add(construct(section.type(), arguments));
        }
        return construct(schema.type(), sections);
    }

    private Object value(String name, ConfigSchema.Key key) {
        var type = key.component().getGenericType();
        String fallback = key.doc().fallback();
        Given text = given.getOrDefault(name, new Given(ConfigValues.texts(type, fallback), "the defaults"));
        try {
            return values.parse(type, text.texts());
        } catch (AditException e) {
            throw new AditException(
                    ConfigErrorCode.CONFIG_BAD_VALUE,
                    "reading the configuration: " + name + " in " + text.where() + ": " + e.getMessage(),
                    e);
        }
    }

    static <T> T construct(Class<T> type, List<Object> arguments) {
        Constructor<?> constructor = type.getDeclaredConstructors()[0];
        try {
            return type.cast(constructor.newInstance(arguments.toArray()));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof AditException adit) {
                if (adit.code() instanceof ConfigErrorCode) {
                    throw adit;
                }
                throw new AditException(
                        ConfigErrorCode.CONFIG_BAD_VALUE, "reading the configuration: " + adit.getMessage(), adit);
            }
            throw new IllegalStateException("making " + type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("making " + type, e);
        }
    }

    /** The number of single-character edits between two words (Levenshtein). */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
