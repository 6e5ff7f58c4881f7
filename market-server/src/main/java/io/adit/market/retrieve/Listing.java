package io.adit.market.retrieve;

import io.adit.core.ipld.Cid;
import io.adit.core.ipld.UnixFsDirectories;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** The page that shows what is in a directory. */
final class Listing {
    /** Entries that a page shows. */
    static final int MOST = 10_000;
    /** Bytes of a page, or little more; each entry says the whole path. */
    static final int MAX_PAGE = 4 << 20;
    /** What entries, the page and its bytes take while it is made. */
    static final long HEAP = 24 << 20;
    /** Changes with the looks of the page. */
    private static final String LOOKS = "1";

    private Listing() {}

    /** Weak, since the page may come to look different. */
    static String etag(Cid directory) {
        return "W/\"DirIndex-" + LOOKS + "_CID-" + directory + "\"";
    }

    /** Path segments as they stand in a URL, with a slash before each and at the end. */
    static String url(List<String> segments) {
        return segments.stream().map(Listing::encode).collect(Collectors.joining("/", "/", "/"));
    }

    /**
     * The page.
     *
     * @param segments the path to the directory
     * @param entries the first ones, one more than {@link #MOST} if there are more
     */
    static byte[] page(List<String> segments, Cid directory, List<UnixFsDirectories.Entry> entries) {
        var title = escape("Index of /" + String.join("/", segments));
        var page = new StringBuilder(1024 + entries.size() * 256);
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>")
                .append(title)
                .append("</title>\n</head>\n<body>\n<h1>")
                .append(title)
                .append("</h1>\n<p>")
                .append(directory)
                .append("</p>\n<table>\n");
        if (segments.size() > 2) {
            page.append("<tr><td><a href=\"")
                    .append(url(segments.subList(0, segments.size() - 1)))
                    .append("\">..</a></td></tr>\n");
        }
        var base = url(segments);
        int shown = 0;
        for (var entry : entries.subList(0, Math.min(MOST, entries.size()))) {
            if (page.length() > MAX_PAGE) {
                break;
            }
            shown++;
            page.append("<tr><td><a href=\"")
                    .append(base)
                    .append(encode(entry.name()))
                    .append("\">")
                    .append(escape(entry.name()))
                    .append("</a></td><td>")
                    .append(entry.cid())
                    .append("</td><td>")
                    .append(entry.totalSize())
                    .append("</td></tr>\n");
        }
        page.append("</table>\n");
        if (entries.size() > shown) {
            page.append("<p>There are more entries than these ").append(shown).append(".</p>\n");
        }
        return page.append("</body>\n</html>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** With percent signs, for one segment of a path or a header's value. */
    static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
