package io.adit.market.fetch;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Cid;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A server of the operator's that may have pieces, asked as Curio asks its {@code PieceLocator}: {@code HEAD URL?id=PIECE} tells
 * by 200 and Content-Length that it has the piece, 404 that it does not, and GET of the same brings it.
 *
 * @param url without the piece
 * @param headersFile a file with the headers of each request, {@code Name: value} on a line; read at each, so that a new token
 *     needs no restart
 */
public record PieceLocator(String url, Optional<Path> headersFile) {
    private static final String HEADERS = "headers=";
    private static final int MAX_FILE = 64 << 10;

    /**
     * Reads a configured one: a URL, or a URL, a space and {@code headers=FILE}.
     *
     * @throws InvalidValueException when it is none
     */
    public static PieceLocator parse(String text) {
        var words = text.strip().split("\\s+", 2);
        var locator =
                new PieceLocator(words[0], words.length == 1 ? Optional.empty() : Optional.of(file(text, words[1])));
        if (locator.url().contains("#")) {
            throw malformed(text, ": the URL has a fragment");
        }
        try {
            FetchSource.ofOperator(locator.url(), Map.of());
        } catch (FetchException e) {
            throw malformed(locator.url(), ": " + e.getMessage());
        }
        return locator;
    }

    private static Path file(String text, String word) {
        if (!word.startsWith(HEADERS) || word.length() == HEADERS.length()) {
            throw malformed(text, " and more words: the second must be headers=FILE");
        }
        return Path.of(word.substring(HEADERS.length()));
    }

    /** Without what may be a secret: a name and its password, a query, other words. */
    private static String shown(String text) {
        var word = text.strip().split("\\s+", 2)[0];
        try {
            var url = new URI(word);
            if (url.getHost() != null) {
                var port = url.getPort() < 0 ? "" : ":" + url.getPort();
                return url.getScheme() + "://" + url.getHost() + port + url.getRawPath();
            }
        } catch (URISyntaxException e) {
            // What is a secret in it cannot be told.
        }
        return word.replaceFirst("//.*", "//…");
    }

    private static InvalidValueException malformed(String text, String why) {
        return new InvalidValueException(
                "market.piece-locators",
                "'" + shown(text) + "'" + why,
                "'http(s)://HOST/PATH', or with headers 'https://pieces.example/pieces headers=/etc/adit/pieces.headers'");
    }

    /**
     * Where it would have a piece.
     *
     * @throws IOException when the file of headers cannot be read, or holds what is none
     */
    public FetchSource source(Cid piece) throws IOException {
        var headers = headersFile.isPresent() ? headers(headersFile.get()) : Map.<String, String>of();
        try {
            return FetchSource.ofOperator(url + (url.contains("?") ? "&id=" : "?id=") + piece, headers);
        } catch (FetchException e) {
            throw new IOException(
                    e.getMessage() + headersFile.map(file -> " (" + file + ")").orElse(""), e);
        }
    }

    private static Map<String, String> headers(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE) {
            throw new IOException(file + " is longer than " + MAX_FILE + " bytes");
        }
        var headers = new LinkedHashMap<String, String>();
        int number = 0;
        for (var line : Files.readString(file).split("\\R")) {
            number++;
            int colon = line.indexOf(':');
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (colon < 1) {
                // What the line holds may be a secret.
                throw new IOException("line " + number + " of " + file + " is no header 'Name: value'");
            }
            headers.put(
                    line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        }
        return headers;
    }

    /** The URL without its query: that may hold a secret, and what the headers say is one. */
    @Override
    public String toString() {
        return shown(url);
    }
}
