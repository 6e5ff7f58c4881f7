package io.adit.market.retrieve;

/** Content-Disposition values (RFC 6266). */
final class Attachment {
    private static final int MAX_NAME = 255;

    private Attachment() {}

    /** For content that is to be stored, not shown; under the name that the client wishes, or the usual one. */
    static String as(String wished, String usual) {
        return named("attachment", wished.isEmpty() ? usual : wished);
    }

    /** For content that may be shown. */
    static String inline(String name) {
        return named("inline", name);
    }

    /** The second form of the name is for what is not printable ASCII; old clients read the first. */
    private static String named(String disposition, String name) {
        var shortened = name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME);
        var plain = new StringBuilder();
        shortened
                .codePoints()
                .forEach(c -> plain.append(c < ' ' || c > '~' || "\"\\/%".indexOf(c) >= 0 ? '_' : (char) c));
        var header = disposition + "; filename=\"" + plain + "\"";
        return plain.toString().equals(shortened) ? header : header + "; filename*=UTF-8''" + Listing.encode(shortened);
    }
}
