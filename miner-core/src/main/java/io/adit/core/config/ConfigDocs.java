package io.adit.core.config;

import java.lang.reflect.Type;
import java.util.List;
import java.util.stream.Collectors;

/** Prints the configuration's documentation, which is the default file with comments. */
public final class ConfigDocs {
    private static final int WIDTH = 100;

    private ConfigDocs() {}

    /**
     * One key that can be set.
     *
     * @param fallback its default, as the file would have it without quotes
     */
    public record Entry(String section, String key, String fallback, String meaning) {}

    /** Every key, in the order of the file. */
    public static List<Entry> entries() {
        return entries(NodeConfig.class);
    }

    /** {@link #entries()} for another configuration. */
    public static List<Entry> entries(Class<?> type) {
        return ConfigSchema.of(type).sections().stream()
                .flatMap(section -> section.keys().values().stream()
                        .map(key -> new Entry(
                                section.name(),
                                key.name(),
                                key.doc().fallback(),
                                key.doc().value())))
                .toList();
    }

    /** Every section and key with its documentation and its default; valid TOML. */
    public static String render() {
        var out = new StringBuilder();
        out.append("# Adit's configuration. Every key is shown with its default; remove what you do not change.\n");
        out.append("# A key can also be set by the environment: ADIT_SECTION_KEY, for example ADIT_NODE_API_LISTEN.\n");
        return append(out, NodeConfig.class);
    }

    /** {@link #render()} for another configuration, see {@link ConfigLoader#loadAs}. */
    public static String render(Class<?> type, String title) {
        return append(new StringBuilder("# ").append(title).append('\n'), type);
    }

    private static String append(StringBuilder out, Class<?> type) {
        for (ConfigSchema.Section section : ConfigSchema.of(type).sections()) {
            out.append('\n');
            comment(out, section.doc());
            out.append('[').append(section.name()).append("]\n");
            for (ConfigSchema.Key key : section.keys().values()) {
                out.append('\n');
                entry(
                        out,
                        key,
                        ConfigValues.texts(
                                key.component().getGenericType(), key.doc().fallback()));
            }
        }
        return out.toString();
    }

    /** A key with its documentation and the given value. */
    static void entry(StringBuilder out, ConfigSchema.Key key, List<String> texts) {
        comment(out, key.doc().value() + (key.doc().live() ? " Can be changed while the node runs." : ""));
        out.append(key.name())
                .append(" = ")
                .append(literal(key.component().getGenericType(), texts))
                .append('\n');
    }

    private static String literal(Type type, List<String> texts) {
        if (ConfigValues.isList(type)) {
            return texts.stream().map(ConfigDocs::quoted).collect(Collectors.joining(", ", "[", "]"));
        }
        return ConfigValues.isBare(type) ? texts.getFirst() : quoted(texts.getFirst());
    }

    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c < ' ' || c == 0x7f) {
                out.append("\\u%04x".formatted(c));
            } else {
                out.append((char) c);
            }
        });
        return out.append('"').toString();
    }

    private static void comment(StringBuilder out, String doc) {
        var line = new StringBuilder("#");
        for (String word : doc.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH) {
                out.append(line).append('\n');
                line = new StringBuilder("#");
            }
            line.append(' ').append(word);
        }
        out.append(line).append('\n');
    }
}
