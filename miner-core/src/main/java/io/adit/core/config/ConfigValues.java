package io.adit.core.config;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Turns the text of a value into the type of its key. */
final class ConfigValues {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)");

    private final Path directory;
    private final Path home;
    private final Map<Type, Function<String, Object>> parsers;

    /**
     * @param directory what relative paths are relative to
     * @param home what {@code ~/} stands for
     */
    ConfigValues(Path directory, Path home) {
        this.directory = directory;
        this.home = home;
        this.parsers = Map.ofEntries(
                Map.entry(String.class, text -> text),
                Map.entry(int.class, text -> Math.toIntExact(integer(text, Integer.MIN_VALUE, Integer.MAX_VALUE))),
                Map.entry(long.class, text -> integer(text, Long.MIN_VALUE, Long.MAX_VALUE)),
                Map.entry(boolean.class, ConfigValues::bool),
                Map.entry(Path.class, this::path),
                Map.entry(Duration.class, ConfigValues::duration),
                Map.entry(ByteSize.class, ByteSize::parse),
                Map.entry(TokenAmount.class, TokenAmount::ofFil),
                Map.entry(ListenAddress.class, ListenAddress::parse),
                Map.entry(SectorSize.class, ConfigValues::sectorSize));
    }

    /** Whether the key takes a list. */
    static boolean isList(Type type) {
        return type instanceof ParameterizedType generic && generic.getRawType() == List.class;
    }

    /** The elements of a list key, which commas separate; the one text of any other key. */
    static List<String> texts(Type type, String text) {
        return isList(type)
                ? Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(element -> !element.isEmpty())
                        .toList()
                : List.of(text);
    }

    /** Whether TOML writes the key's value without quotes. */
    static boolean isBare(Type type) {
        return type == int.class || type == long.class || type == boolean.class;
    }

    /** A single value for a scalar key; the elements for a list key. */
    Object parse(Type type, List<String> texts) {
        if (type instanceof ParameterizedType generic) {
            Type element = generic.getActualTypeArguments()[0];
            if (isList(type)) {
                return texts.stream().map(text -> scalar(element, text)).toList();
            }
            String text = only(texts);
            return text.isEmpty() ? Optional.empty() : Optional.of(scalar(element, text));
        }
        return scalar(type, only(texts));
    }

    private static String only(List<String> texts) {
        if (texts.size() != 1) {
            throw new InvalidValueException("value", texts, "a single value, not a list");
        }
        return texts.getFirst();
    }

    private Object scalar(Type type, String text) {
        Function<String, Object> parser = parsers.get(type);
        if (parser != null) {
            return parser.apply(text);
        }
        if (type instanceof Class<?> c && c.isEnum()) {
            return constant(c, text);
        }
        throw new IllegalStateException("configuration values of type " + type + " are not known");
    }

    private static long integer(String text, long least, long most) {
        try {
            long value = Long.parseLong(text.replace("_", ""));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Falls through to the same complaint as a number out of range.
        }
        throw new InvalidValueException("number", text, "a whole number from " + least + " to " + most);
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidValueException("value", text, "true or false");
        };
    }

    private Path path(String text) {
        if (text.isEmpty()) {
            throw new InvalidValueException("path", text, "not empty");
        }
        if (text.equals("~") || text.startsWith("~/")) {
            return home.resolve(text.substring(Math.min(2, text.length()))).normalize();
        }
        return directory.resolve(text).normalize();
    }

    static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (!matcher.matches()) {
            throw new InvalidValueException("duration", text, "a number with ms, s, m, h or d, such as 30s");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static SectorSize sectorSize(String text) {
        long bytes = ByteSize.parse(text).bytes();
        return Arrays.stream(SectorSize.values())
                .filter(size -> size.bytes() == bytes)
                .findFirst()
                .orElseThrow(
                        () -> new InvalidValueException("sector size", text, "2KiB, 8MiB, 512MiB, 32GiB or 64GiB"));
    }

    private static Object constant(Class<?> type, String text) {
        Object[] constants = type.getEnumConstants();
        if (constants != null) {
            for (Object constant : constants) {
                if (constant.toString().toLowerCase(Locale.ROOT).equals(text)) {
                    return constant;
                }
            }
        }
        String known = Arrays.stream(constants == null ? new Object[0] : constants)
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new InvalidValueException("value", text, "one of " + known);
    }
}
