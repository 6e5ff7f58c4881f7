package io.adit.devnet.shape;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What the recorded values of one place in an answer have in common: their kinds, keys and elements. */
final class Shape {
    /** What a value is; texts by what is written in them. */
    private enum Kind {
        NULL,
        BOOLEAN,
        INTEGER,
        FRACTION,
        DECIMAL_TEXT,
        ADDRESS,
        CID_TEXT,
        TEXT,
        EMPTY_ARRAY,
        ARRAY,
        OBJECT
    }

    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+");
    private static final Pattern ADDRESS = Pattern.compile("[tf][0-4][0-9a-z]+");
    private static final Pattern CID = Pattern.compile("(bafy|bafk|baga|bagb)[a-z2-7]{20,}");
    /** Bytes of a message, recorded in one place with some and in another without: Go writes null for none. */
    private static final String PARAMS = ".Params";

    private static final Set<Kind> TEXTS = EnumSet.of(Kind.DECIMAL_TEXT, Kind.ADDRESS, Kind.CID_TEXT, Kind.TEXT);

    private final String place;
    /** Places whose keys are data: epochs, deals, names. */
    private final Set<String> maps;

    private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    private final Map<String, Shape> fields = new TreeMap<>();
    private final Map<String, Integer> seen = new TreeMap<>();
    private int objects;
    private Optional<Shape> element = Optional.empty();

    Shape(String place, Set<String> maps) {
        this.place = place;
        this.maps = maps;
    }

    private static Kind kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> Kind.BOOLEAN;
            case NUMBER -> value.isIntegralNumber() ? Kind.INTEGER : Kind.FRACTION;
            case STRING -> ofText(value.asText());
            case ARRAY -> value.isEmpty() ? Kind.EMPTY_ARRAY : Kind.ARRAY;
            case OBJECT -> Kind.OBJECT;
            default -> Kind.NULL;
        };
    }

    private static Kind ofText(String text) {
        if (DECIMAL.matcher(text).matches()) {
            return Kind.DECIMAL_TEXT;
        }
        if (CID.matcher(text).matches()) {
            return Kind.CID_TEXT;
        }
        return ADDRESS.matcher(text).matches() ? Kind.ADDRESS : Kind.TEXT;
    }

    private boolean isMap() {
        return maps.contains(place);
    }

    /** Takes in a recorded value. */
    void learn(JsonNode value) {
        kinds.add(kind(value));
        if (value.isArray()) {
            value.forEach(item -> element().learn(item));
        } else if (value.isObject() && isMap()) {
            value.forEach(item -> element().learn(item));
        } else if (value.isObject()) {
            objects++;
            for (var field : value.properties()) {
                seen.merge(field.getKey(), 1, Integer::sum);
                fields.computeIfAbsent(field.getKey(), name -> new Shape(place + "." + name, maps))
                        .learn(field.getValue());
            }
        }
    }

    private Shape element() {
        var known = element.orElseGet(() -> new Shape(place + "[]", maps));
        element = Optional.of(known);
        return known;
    }

    /** Where a live value differs from all that was recorded. */
    List<String> differences(JsonNode live) {
        var found = new ArrayList<String>();
        compare(live, found);
        return found;
    }

    private void compare(JsonNode live, List<String> found) {
        var kind = kind(live);
        if (!allows(kind)) {
            found.add(place + " is " + kind + " (" + live.toString() + ") where Lotus has " + kinds);
            return;
        }
        if (live.isArray() || (live.isObject() && isMap())) {
            element.ifPresent(shape -> live.forEach(item -> shape.compare(item, found)));
        } else if (live.isObject()) {
            compareFields(live, found);
        }
    }

    private boolean allows(Kind kind) {
        boolean isParams = place.endsWith(PARAMS) && (kind == Kind.NULL || TEXTS.contains(kind));
        if (kinds.contains(kind) || isParams) {
            return true;
        }
        return switch (kind) {
            case EMPTY_ARRAY -> kinds.contains(Kind.ARRAY) && !kinds.contains(Kind.NULL);
            case ARRAY -> kinds.contains(Kind.EMPTY_ARRAY);
            case INTEGER -> kinds.contains(Kind.FRACTION);
            case OBJECT, BOOLEAN, FRACTION, NULL -> false;
            default -> TEXTS.contains(kind) && kinds.contains(Kind.TEXT);
        };
    }

    private void compareFields(JsonNode live, List<String> found) {
        live.fieldNames().forEachRemaining(name -> {
            if (!fields.containsKey(name)) {
                found.add(place + "." + name + " is not in Lotus's answers");
            }
        });
        fields.forEach((name, shape) -> {
            if (live.has(name)) {
                shape.compare(live.get(name), found);
            } else if (seen.getOrDefault(name, 0) == objects) {
                found.add(place + "." + name + " is missing");
            }
        });
    }
}
