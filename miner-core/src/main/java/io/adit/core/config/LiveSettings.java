package io.adit.core.config;

import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The keys of one section that can be changed while the node runs: the same names, the same form and the same bounds as in
 * the file. Knows nothing of where changes are kept.
 *
 * @param <S> the section's record
 */
public final class LiveSettings<S extends Record> {
    private final ConfigSchema.Section section;
    private final S file;
    private final ConfigValues values = new ConfigValues(Path.of("/"), Path.of("/"));

    /**
     * @param name the section's name in the file
     * @param file the section as the file has it
     */
    public LiveSettings(String name, S file) {
        this.section = ConfigSchema.of(NodeConfig.class).sections().stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow();
        this.file = file;
    }

    /** The keys, in the order of the file. */
    public List<String> keys() {
        return section.keys().values().stream()
                .filter(key -> key.doc().live())
                .map(ConfigSchema.Key::name)
                .toList();
    }

    /** What the key means. */
    public String meaning(String key) {
        return known(key).doc().value();
    }

    /** The value that a section has, as it would be given. */
    public String text(S of, String key) {
        return text(value(of, known(key)));
    }

    /**
     * The section of the file with changes.
     *
     * @param changes values by key; lists are separated by commas
     * @throws AditException CONFIG_UNKNOWN_KEY, CONFIG_BAD_VALUE, or what the section refuses
     */
    public S with(Map<String, String> changes) {
        changes.keySet().forEach(this::known);
        var arguments = new ArrayList<Object>();
        section.keys()
                .forEach((name, key) -> arguments.add(Optional.ofNullable(changes.get(name))
                        .map(text -> parsed(key, text))
                        .orElseGet(() -> value(file, key))));
        return ConfigLoader.construct(type(), arguments);
    }

    @SuppressWarnings("unchecked") // A record has no subclasses.
    private Class<S> type() {
        return (Class<S>) file.getClass();
    }

    private Object parsed(ConfigSchema.Key key, String text) {
        var type = key.component().getGenericType();
        try {
            requireAbsolute(type, text);
            return values.parse(type, ConfigValues.texts(type, text));
        } catch (AditException e) {
            throw new AditException(
                    ConfigErrorCode.CONFIG_BAD_VALUE,
                    "changing " + section.name() + "." + key.name() + ": " + e.getMessage(),
                    e);
        }
    }

    /** Whoever changes a key is in another folder, and may be somebody else, than the node. */
    private static void requireAbsolute(Type type, String text) {
        boolean path = type == Path.class
                || (type instanceof ParameterizedType generic
                        && Arrays.asList(generic.getActualTypeArguments()).contains(Path.class));
        if (path && !text.isEmpty() && !Path.of(text).isAbsolute()) {
            throw new InvalidValueException("path", text, "an absolute path, as the node sees it");
        }
    }

    private ConfigSchema.Key known(String key) {
        return Optional.ofNullable(section.keys().get(key))
                .filter(known -> known.doc().live())
                .orElseThrow(() -> new AditException(
                        ConfigErrorCode.CONFIG_UNKNOWN_KEY,
                        "changing " + section.name() + "." + key + ": no such key can be changed while the node runs;"
                                + " these can: " + String.join(", ", keys())));
    }

    private Object value(S of, ConfigSchema.Key key) {
        try {
            return key.component().getAccessor().invoke(of);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("reading " + key.component(), e);
        }
    }

    private static String text(Object value) {
        return switch (value) {
            case List<?> list -> list.stream().map(LiveSettings::text).collect(Collectors.joining(", "));
            case Optional<?> optional -> optional.map(LiveSettings::text).orElse("");
            default -> value.toString();
        };
    }
}
