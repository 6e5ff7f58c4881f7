package io.adit.market.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where data is fetched: what Boost's {@code http} and {@code libp2p} transfers call their params, {@code
 * {"URL":"…","Headers":{…}}}; which of both it is the URL says, see {@link PeerAddress}. One that
 * exists is well-formed; whether its host may be connected to is decided when it is resolved, and for IP addresses and
 * {@code localhost} already here.
 *
 * @param headers sent to the URL's own origin only
 * @param operators whether the operator named its origin, and no stranger: then that may have loopback and private addresses
 */
public record FetchSource(URI url, Map<String, String> headers, boolean operators) {
    private static final int MAX_URL = 2048;
    private static final int MAX_HEADERS = 16;
    private static final int MAX_HEADER = 4096;
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e\\t]*");
    private static final Pattern DOTTED_QUAD =
            Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)");
    private static final Pattern OCTAL_PART = Pattern.compile("(.*\\.)?0\\d.*");
    private static final Pattern LOOKS_NUMERIC =
            Pattern.compile("(0[xX][0-9a-fA-F]*|\\d+)(\\.(0[xX][0-9a-fA-F]*|\\d+))*\\.?");
    private static final Pattern NAME = Pattern.compile(
            "[0-9A-Za-z_]([0-9A-Za-z_-]*[0-9A-Za-z_])?" + "(\\.[0-9A-Za-z_]([0-9A-Za-z_-]*[0-9A-Za-z_])?)*\\.?");
    private static final Set<String> OURS = Set.of(
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "expect",
            "range",
            "if-range",
            "accept-encoding",
            "keep-alive",
            "user-agent");
    private static final ObjectMapper JSON = new ObjectMapper();

    public FetchSource {
        headers = Map.copyOf(headers);
    }

    /** A client's. */
    public FetchSource(URI url, Map<String, String> headers) {
        this(url, headers, false);
    }

    /**
     * One that the operator names: http or https, inside the own network too.
     *
     * @throws FetchException FETCH_URL_REFUSED or FETCH_ADDRESS_REFUSED
     */
    public static FetchSource ofOperator(String text, Map<String, String> headers) {
        if (PeerAddress.isOne(text)) {
            throw refused("the URL's scheme must be http or https");
        }
        if (headers.size() > MAX_HEADERS) {
            throw refused("there are more than " + MAX_HEADERS + " headers");
        }
        headers.forEach(FetchSource::checkHeader);
        return new FetchSource(url(text, AddressRules.OPERATORS), headers, true);
    }

    /** Which addresses it may lead to, where strangers' may lead to those of {@code rules}. */
    AddressRules within(AddressRules rules) {
        return operators ? AddressRules.OPERATORS : rules;
    }

    /**
     * Reads a transfer's params.
     *
     * @throws FetchException FETCH_URL_REFUSED or FETCH_ADDRESS_REFUSED
     */
    public static FetchSource parse(byte[] params, AddressRules rules) {
        JsonNode json;
        try {
            json = JSON.readTree(params);
        } catch (IOException e) {
            throw refused("the transfer's params must be JSON {\"URL\":\"…\",\"Headers\":{…}}");
        }
        if (json == null || !json.path("URL").isTextual()) {
            throw refused("the transfer's params have no URL");
        }
        return new FetchSource(url(json.path("URL").textValue(), rules), headers(json.path("Headers")));
    }

    /**
     * Reads a transfer's params, or an array of them.
     *
     * @throws FetchException FETCH_URL_REFUSED or FETCH_ADDRESS_REFUSED, for the first that is refused
     */
    public static List<FetchSource> parseAll(byte[] params, AddressRules rules) {
        if (params.length == 0 || params[0] != '[') {
            return List.of(parse(params, rules));
        }
        try {
            var sources = JSON.readTree(params)
                    .valueStream()
                    .map(source -> parse(source.toString().getBytes(StandardCharsets.UTF_8), rules))
                    .toList();
            if (sources.isEmpty()) {
                throw refused("the transfer names no URL");
            }
            return sources;
        } catch (IOException e) {
            throw refused("the transfer's params must be JSON");
        }
    }

    /** Reads a URL alone, as a redirect gives one. */
    static URI url(String text, AddressRules rules) {
        if (text.length() > MAX_URL) {
            throw refused("the URL has " + text.length() + " characters, at most " + MAX_URL + " are taken");
        }
        if (PeerAddress.isOne(text)) {
            return peer(text, rules);
        }
        URI url;
        try {
            // Characters beyond ASCII go out escaped.
            url = new URI(new URI(text).toASCIIString());
        } catch (URISyntaxException e) {
            throw refused("the URL is malformed at character " + e.getIndex());
        }
        checkShape(url);
        checkHost(url.getHost(), rules);
        return url;
    }

    private static URI peer(String text, AddressRules rules) {
        var peer = PeerAddress.parse(text);
        checkHost(peer.host(), rules);
        peer.names().forEach(FetchSource::checkName);
        return URI.create(text);
    }

    private static void checkName(String name) {
        if (!NAME.matcher(name).matches() || name.length() > 253) {
            throw refused("the URL's host is no host name");
        }
    }

    private static void checkShape(URI url) {
        var scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw refused("the URL's scheme must be http, https or libp2p");
        }
        if (url.getHost() == null) {
            throw refused("the URL's host must be a name, an IPv4 address of four decimal numbers or an IPv6 address");
        }
        if (url.getRawUserInfo() != null) {
            throw refused("the URL holds a user name; send an Authorization header");
        }
        if (url.getPort() == 0 || url.getPort() > 65535) {
            throw refused("the URL's port must be from 1 to 65535");
        }
    }

    /** Without asking DNS: a stranger's proposal must not make the node ask for names. */
    private static void checkHost(String host, AddressRules rules) {
        if (host.startsWith("[")) {
            checkLiteral(host.substring(1, host.length() - 1), rules);
            return;
        }
        if (DOTTED_QUAD.matcher(host).matches() && !OCTAL_PART.matcher(host).matches()) {
            checkLiteral(host, rules);
            return;
        }
        if (LOOKS_NUMERIC.matcher(host).matches()) {
            throw refused("the URL's host is a number in an unusual form");
        }
        checkName(host);
        if (!rules.allowPrivate() && isLocalName(host.toLowerCase(Locale.ROOT))) {
            throw new FetchException(
                    FetchErrorCode.FETCH_ADDRESS_REFUSED, "the URL's host is a name for the node itself");
        }
    }

    private static boolean isLocalName(String host) {
        var name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return name.equals("localhost") || name.endsWith(".localhost");
    }

    private static void checkLiteral(String literal, AddressRules rules) {
        try {
            if (literal.contains("%") || !rules.allows(InetAddress.ofLiteral(literal))) {
                throw new FetchException(
                        FetchErrorCode.FETCH_ADDRESS_REFUSED,
                        "the URL's address is private, local or not one host's: " + literal);
            }
        } catch (IllegalArgumentException e) {
            throw refused("the URL's host is no IP address");
        }
    }

    private static Map<String, String> headers(JsonNode json) {
        var headers = new LinkedHashMap<String, String>();
        if (json.isMissingNode() || json.isNull()) {
            return headers;
        }
        if (!json.isObject() || json.size() > MAX_HEADERS) {
            throw refused("the transfer's Headers must be an object of at most " + MAX_HEADERS + " texts");
        }
        json.properties().forEach(entry -> {
            var name = entry.getKey();
            var value = entry.getValue();
            // Control characters are never a header's; what is no text is refused like them.
            var text = value.isTextual() ? value.textValue() : "\0";
            checkHeader(name, text);
            headers.put(name, text);
        });
        return headers;
    }

    private static void checkHeader(String name, String value) {
        var lower = name.toLowerCase(Locale.ROOT);
        if (!TOKEN.matcher(name).matches() || OURS.contains(lower) || lower.startsWith("proxy-")) {
            throw refused("the transfer's Headers hold a name that is malformed or not the client's to set");
        }
        if (value.length() > MAX_HEADER || !HEADER_VALUE.matcher(value).matches()) {
            throw refused("the value of the transfer's header " + name + " must be printable ASCII text of at most "
                    + MAX_HEADER + " characters");
        }
    }

    private static FetchException refused(String why) {
        return new FetchException(FetchErrorCode.FETCH_URL_REFUSED, why);
    }

    /** The resolved addresses, every one of them allowed. */
    static List<InetAddress> resolve(URI url, HostResolver resolver, AddressRules rules) {
        var host = PeerAddress.isOne(url) ? PeerAddress.parse(url.toString()).host() : url.getHost();
        List<InetAddress> addresses;
        try {
            addresses = host.startsWith("[")
                    ? List.of(InetAddress.ofLiteral(host.substring(1, host.length() - 1)))
                    : resolver.resolve(host);
        } catch (UnknownHostException e) {
            throw new FetchException(FetchErrorCode.FETCH_UNRESOLVED, "the host " + host + " has no address", e);
        }
        if (addresses.isEmpty()) {
            throw new FetchException(FetchErrorCode.FETCH_UNRESOLVED, "the host " + host + " has no address");
        }
        // One forbidden address among several is an attempt: answers that change between look-ups look like this.
        if (!addresses.stream().allMatch(rules::allows)) {
            throw new FetchException(
                    FetchErrorCode.FETCH_ADDRESS_REFUSED, "the host " + host + " has a private or local address");
        }
        return addresses;
    }
}
