package io.adit.core.error;

import java.util.Objects;

/** A value was outside what its type allows. */
public final class InvalidValueException extends AditException {
    private static final int SHOWN = 160;

    private final String what;
    private final String given;
    private final String limit;

    /**
     * Says what was refused.
     *
     * @param what the value's name, for example "padded piece size"
     * @param given what was given; its text form is cut at 160 characters
     * @param limit what is allowed, for example "a power of two, at least 128"
     */
    public InvalidValueException(String what, Object given, String limit) {
        this(what, shorten(Objects.toString(given)), limit, true);
    }

    private InvalidValueException(String what, String given, String limit, boolean shortened) {
        super(CoreErrorCode.INVALID_VALUE, what + " must be " + limit + ", but was " + given);
        assert shortened;
        this.what = what;
        this.given = given;
        this.limit = limit;
    }

    public String what() {
        return what;
    }

    public String given() {
        return given;
    }

    public String limit() {
        return limit;
    }

    private static String shorten(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "… (" + text.length() + " characters)";
    }
}
