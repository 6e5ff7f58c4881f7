package io.adit.market.retrieve;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an {@code /ipfs/} request asks for. */
sealed interface ResponseFormat {
    /** Types that only programs ask for. */
    String VENDOR = "application/vnd.";

    String RAW_TYPE = "application/vnd.ipld.raw";
    String CAR_TYPE = "application/vnd.ipld.car";
    String FORMATS = RAW_TYPE + " or " + CAR_TYPE + ", in Accept or as ?format=raw or ?format=car";

    /** A file or a directory as a browser shows it, which the client cannot check. */
    record Page() implements ResponseFormat {}

    /** One block as it is. */
    record Raw() implements ResponseFormat {}

    /**
     * A CAR version 1 in depth-first order.
     *
     * @param duplicates whether a block that comes again in the walk is sent again
     * @param bytes the part of a file that is asked for; only with the scope ENTITY
     */
    record Car(Scope scope, boolean duplicates, Optional<EntityBytes> bytes) implements ResponseFormat {
        String contentType() {
            return CAR_TYPE + "; version=1; order=dfs; dups=" + (duplicates ? "y" : "n");
        }
    }

    /** How much of the DAG below the path's end a CAR holds (IPIP-402). */
    enum Scope {
        BLOCK,
        ENTITY,
        ALL;

        static Scope parse(String text) {
            return switch (text) {
                case "block" -> BLOCK;
                case "entity" -> ENTITY;
                case "all" -> ALL;
                default -> throw bad("dag-scope", text, "block, entity or all");
            };
        }
    }

    /**
     * Chooses by {@code ?format=}, which wins, or the Accept header (trustless gateway specification; IPIP-402, 412, 523).
     *
     * @param website whether pages are served to those who ask for nothing else
     * @throws RefusedException when neither names a format served here
     */
    static ResponseFormat of(RequestTarget target, String accept, boolean website) {
        var format = target.parameter("format");
        if (format.isPresent()) {
            return switch (format.get()) {
                case "raw" -> new Raw();
                case "car" -> car(target, carType(accept).orElse(CAR_TYPE));
                default ->
                    throw new RefusedException(
                            RefusalCode.NOT_ACCEPTABLE,
                            "format=" + shown(format.get()) + " is not served",
                            "raw or car");
            };
        }
        return fromAccept(target, accept).orElseGet(() -> unnamed(accept, website));
    }

    /** What is sent to those who name no format that can be checked. */
    private static ResponseFormat unnamed(String accept, boolean website) {
        if (website
                && Arrays.stream(accept.split(","))
                        .anyMatch(type -> !mediaType(type).startsWith(VENDOR))) {
            return new Page();
        }
        if (accept.isBlank()) {
            throw new RefusedException(
                    RefusalCode.BAD_REQUEST, "neither a format nor an Accept header says what is asked for", FORMATS);
        }
        throw new RefusedException(RefusalCode.NOT_ACCEPTABLE, "no media type served here is asked for", FORMATS);
    }

    private static Optional<ResponseFormat> fromAccept(RequestTarget target, String accept) {
        double best = 0;
        Optional<ResponseFormat> chosen = Optional.empty();
        for (var type : accept.split(",")) {
            var name = mediaType(type);
            double weight = weight(type);
            if (weight <= best) {
                continue;
            }
            if (name.equals(RAW_TYPE)) {
                chosen = Optional.of(new Raw());
                best = weight;
            } else if (name.equals(CAR_TYPE) && isServable(type)) {
                chosen = Optional.of(car(target, type));
                best = weight;
            }
        }
        return chosen;
    }

    private static Car car(RequestTarget target, String type) {
        var version = target.parameter("car-version").or(() -> attribute(type, "version"));
        if (version.isPresent() && !version.get().equals("1")) {
            throw bad("CAR version", version.get(), "1");
        }
        var order = target.parameter("car-order").or(() -> attribute(type, "order"));
        if (order.isPresent() && !order.get().equals("dfs") && !order.get().equals("unk")) {
            throw bad("CAR order", order.get(), "dfs or unk");
        }
        var dups =
                target.parameter("car-dups").or(() -> attribute(type, "dups")).orElse("n");
        if (!dups.equals("y") && !dups.equals("n")) {
            throw bad("CAR dups", dups, "y or n");
        }
        var bytes = target.parameter("entity-bytes").map(EntityBytes::parse);
        var scope =
                target.parameter("dag-scope").map(Scope::parse).orElse(bytes.isPresent() ? Scope.ENTITY : Scope.ALL);
        return new Car(scope, dups.equals("y"), bytes.filter(given -> scope == Scope.ENTITY));
    }

    /** Of several variants that a client would take, one that is not served is passed over. */
    private static boolean isServable(String type) {
        var order = attribute(type, "order").orElse("unk");
        var dups = attribute(type, "dups").orElse("n");
        return attribute(type, "version").orElse("1").equals("1")
                && (order.equals("dfs") || order.equals("unk"))
                && (dups.equals("y") || dups.equals("n"));
    }

    private static Optional<String> carType(String accept) {
        for (var type : accept.split(",")) {
            if (mediaType(type).equals(CAR_TYPE)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** The media type of an Accept header's element, without its parameters. */
    static String mediaType(String type) {
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    private static Optional<String> attribute(String type, String name) {
        var parts = type.split(";");
        for (int i = 1; i < parts.length; i++) {
            var pair = parts[i].strip();
            if (pair.regionMatches(true, 0, name + "=", 0, name.length() + 1)) {
                return Optional.of(
                        pair.substring(name.length() + 1).replace("\"", "").strip());
            }
        }
        return Optional.empty();
    }

    private static double weight(String type) {
        try {
            return Double.parseDouble(attribute(type, "q").orElse("1"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static RefusedException bad(String what, String given, String limit) {
        return new RefusedException(RefusalCode.BAD_PARAMETER, what + " " + shown(given) + " is not served", limit);
    }

    private static String shown(String given) {
        return given.length() <= 40 ? given : given.substring(0, 40) + "…";
    }
}
