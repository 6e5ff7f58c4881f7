package io.adit.market.retrieve;

/** Conditional requests (RFC 9110, section 13) on content that never changes. */
final class Conditions {
    private Conditions() {}

    /** Whether an If-None-Match header names the entity tag, compared weakly. */
    static boolean noneMatchNames(String header, String etag) {
        for (var candidate : header.split(",")) {
            var tag = candidate.strip();
            if (tag.equals("*") || strong(tag).equals(strong(etag))) {
                return true;
            }
        }
        return false;
    }

    /** Whether an If-Match header names the entity tag, compared strongly: a weak one never is. */
    static boolean matchNames(String header, String etag) {
        for (var candidate : header.split(",")) {
            var tag = candidate.strip();
            if (tag.equals("*") || (!etag.startsWith("W/") && tag.equals(etag))) {
                return true;
            }
        }
        return false;
    }

    /** Whether an If-Range header lets a Range header count: absent, or the strong tag itself. */
    static boolean rangeCounts(String ifRange, String etag) {
        return ifRange.isEmpty() || (!etag.startsWith("W/") && ifRange.strip().equals(etag));
    }

    private static String strong(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }
}
