package io.adit.core.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The sections and keys of a configuration record, read from its components. */
record ConfigSchema(Class<?> type, List<Section> sections) {
    /** A TOML table. */
    record Section(String name, String doc, Class<?> type, Map<String, Key> keys) {}

    /** A key in a table. */
    record Key(String name, Doc doc, RecordComponent component) {}

    static ConfigSchema of(Class<?> type) {
        var sections = new ArrayList<Section>();
        for (RecordComponent component : components(type)) {
            var keys = new LinkedHashMap<String, Key>();
            for (RecordComponent key : components(component.getType())) {
                String name = kebab(key.getName());
                keys.put(name, new Key(name, doc(key), key));
            }
            sections.add(new Section(kebab(component.getName()), doc(component).value(), component.getType(), keys));
        }
        return new ConfigSchema(type, List.copyOf(sections));
    }

    /** All keys as {@code section.key}. */
    List<String> names() {
        return sections.stream()
                .flatMap(section -> section.keys().keySet().stream().map(key -> section.name() + "." + key))
                .toList();
    }

    private static RecordComponent[] components(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        if (components == null) {
            throw new IllegalStateException(type + " is no record, so it cannot be a configuration section");
        }
        return components;
    }

    private static Doc doc(RecordComponent component) {
        Doc doc = component.getAnnotation(Doc.class);
        if (doc == null) {
            throw new IllegalStateException("configuration key " + component + " has no @Doc");
        }
        return doc;
    }

    /** {@code apiListen} to {@code api-listen}. */
    static String kebab(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
