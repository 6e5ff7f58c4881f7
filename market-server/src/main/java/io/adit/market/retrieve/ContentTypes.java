package io.adit.market.retrieve;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Media types of files, by the ending of the name or the first bytes. */
final class ContentTypes {
    /** How many bytes of a file are looked at. */
    static final int LOOK = 512;

    static final String UNKNOWN = "application/octet-stream";
    static final String TEXT = "text/plain; charset=utf-8";
    private static final String HTML = "text/html; charset=utf-8";
    private static final String XML = "application/xml";
    private static final String SVG = "image/svg+xml";

    private static final Map<String, String> BY_ENDING = Map.ofEntries(
            Map.entry("html", HTML),
            Map.entry("htm", HTML),
            Map.entry("xhtml", "application/xhtml+xml"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("wasm", "application/wasm"),
            Map.entry("txt", TEXT),
            Map.entry("log", TEXT),
            Map.entry("md", "text/markdown; charset=utf-8"),
            Map.entry("csv", "text/csv; charset=utf-8"),
            Map.entry("xml", XML),
            Map.entry("pdf", "application/pdf"),
            Map.entry("zip", "application/zip"),
            Map.entry("gz", "application/gzip"),
            Map.entry("tar", "application/x-tar"),
            Map.entry("car", ResponseFormat.CAR_TYPE),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("png", "image/png"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("avif", "image/avif"),
            Map.entry("svg", SVG),
            Map.entry("ico", "image/x-icon"),
            Map.entry("mp3", "audio/mpeg"),
            Map.entry("ogg", "audio/ogg"),
            Map.entry("wav", "audio/wav"),
            Map.entry("flac", "audio/flac"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("m4v", "video/mp4"),
            Map.entry("webm", "video/webm"),
            Map.entry("mov", "video/quicktime"),
            Map.entry("mkv", "video/x-matroska"),
            Map.entry("woff", "font/woff"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("ttf", "font/ttf"),
            Map.entry("otf", "font/otf"));

    /** What a browser may run scripts of. */
    private static final Set<String> ACTIVE = Set.of(HTML, SVG, XML, "application/xhtml+xml");

    private ContentTypes() {}

    /** Whether a browser would run scripts that lie in content of this type. */
    static boolean isActive(String type) {
        return ACTIVE.contains(type);
    }

    /** The type that a name's ending stands for. */
    static Optional<String> byEnding(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0
                ? Optional.empty()
                : Optional.ofNullable(BY_ENDING.get(name.substring(dot + 1).toLowerCase(Locale.ROOT)));
    }

    /** The type that a file's first bytes show, at most {@value #LOOK} of them. */
    static String byContent(byte[] start) {
        // Each of these bytes is a character.
        var head = new String(start, 0, Math.min(start.length, LOOK), StandardCharsets.ISO_8859_1);
        if (head.startsWith("\u00ff\u00d8\u00ff")) {
            return "image/jpeg";
        }
        if (head.startsWith("\u0089PNG\r\n\u001a\n")) {
            return "image/png";
        }
        if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
            return "image/gif";
        }
        if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
            return "image/webp";
        }
        if (head.startsWith("ftyp", 4)) {
            return head.startsWith("avif", 8) ? "image/avif" : "video/mp4";
        }
        if (head.startsWith("\u001aE\u00df\u00a3")) {
            return "video/webm";
        }
        if (head.startsWith("%PDF-")) {
            return "application/pdf";
        }
        if (head.startsWith("PK\u0003\u0004")) {
            return "application/zip";
        }
        return isText(start) ? textType(head) : UNKNOWN;
    }

    private static String textType(String head) {
        var text = head.stripLeading().toLowerCase(Locale.ROOT);
        return text.startsWith("<!doctype html") || text.startsWith("<html") ? HTML : TEXT;
    }

    /** UTF-8 without control characters; the last character may be cut off. */
    private static boolean isText(byte[] start) {
        for (byte each : start) {
            if (each >= 0 && each < ' ' && each != '\n' && each != '\r' && each != '\t') {
                return false;
            }
        }
        for (int cut = 0; cut <= 3 && cut <= start.length; cut++) {
            var bytes = Arrays.copyOf(start, start.length - cut);
            if (Arrays.equals(new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), bytes)) {
                return true;
            }
        }
        return false;
    }
}
