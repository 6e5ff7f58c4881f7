package io.adit.chain.node.rpc;

import io.adit.chain.node.RpcErrorCode;
import io.adit.core.error.AditException;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a full node's API is and what opens it: the content of {@code FULLNODE_API_INFO}. Accepted are {@code
 * token:/ip4/127.0.0.1/tcp/1234/http}, the same without a token, and web addresses (the four schemes of HTTP and
 * WebSocket), also with a token and a colon in front. Where one does not end in {@code /rpc/v1}, that is appended, as
 * Lotus does.
 *
 * @param token sent as {@code Authorization: Bearer}; without one only methods that read are allowed
 * @param http for calls
 * @param webSocket for channels
 */
public record ApiInfo(Optional<String> token, URI http, URI webSocket) {

    private static final Pattern URL = Pattern.compile("(http|https|ws|wss)://.+");
    private static final Pattern VERSIONED = Pattern.compile(".*/rpc/v\\d+");
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
    private static final int LONGEST = 8192;

    /**
     * Reads an API info.
     *
     * @throws AditException {@link RpcErrorCode#API_INFO_INVALID}; the message does not repeat the token
     */
    public static ApiInfo parse(String text) {
        var info = text.strip();
        if (info.length() > LONGEST) {
            throw invalid("it has " + info.length() + " characters, " + LONGEST + " are allowed");
        }
        if (info.startsWith("/") || URL.matcher(info).matches()) {
            return of(Optional.empty(), info);
        }
        int colon = info.indexOf(':');
        if (colon <= 0) {
            throw invalid("it is neither token:multiaddr nor a multiaddr nor a URL");
        }
        var token = info.substring(0, colon);
        if (!TOKEN.matcher(token).matches()) {
            throw invalid("the token before the first ':' has characters that no token has");
        }
        return of(Optional.of(token), info.substring(colon + 1));
    }

    private static ApiInfo of(Optional<String> token, String address) {
        var url = URL.matcher(address).matches() ? address : urlOf(address);
        try {
            var uri = URI.create(url);
            if (uri.getHost() == null) {
                throw invalid("'" + address + "' names no host");
            }
            var secure = uri.getScheme().equals("https") || uri.getScheme().equals("wss");
            var place = uri.getRawAuthority()
                    + versioned(Optional.ofNullable(uri.getRawPath()).orElse(""));
            return new ApiInfo(
                    token,
                    URI.create((secure ? "https://" : "http://") + place),
                    URI.create((secure ? "wss://" : "ws://") + place));
        } catch (IllegalArgumentException e) {
            throw invalid("'" + address + "' is not an address: " + e.getMessage());
        }
    }

    private static String versioned(String path) {
        var trimmed = path.replaceAll("/+$", "");
        return VERSIONED.matcher(trimmed).matches() ? trimmed : trimmed + "/rpc/v1";
    }

    private static String urlOf(String multiaddr) {
        var parts = multiaddr.split("/", -1);
        if (parts.length < 5 || !parts[0].isEmpty() || !parts[3].equals("tcp")) {
            throw invalid("'" + multiaddr + "' is not a multiaddr like /ip4/127.0.0.1/tcp/1234/http");
        }
        var host = switch (parts[1]) {
            case "ip4", "dns", "dns4", "dns6" -> parts[2];
            case "ip6" -> "[" + parts[2] + "]";
            default -> throw invalid("'" + multiaddr + "' begins with none of ip4, ip6, dns, dns4, dns6");
        };
        var secure = false;
        for (int i = 5; i < parts.length; i++) {
            secure |= switch (parts[i]) {
                case "https", "wss", "tls" -> true;
                case "http", "ws", "" -> false;
                default -> throw invalid("'" + multiaddr + "' has an unknown part '" + parts[i] + "'");
            };
        }
        return (secure ? "https://" : "http://") + host + ":" + parts[4];
    }

    private static AditException invalid(String why) {
        return new AditException(
                RpcErrorCode.API_INFO_INVALID,
                "Reading the full node's address: " + why
                        + ". Take what `lotus auth api-info --perm sign` prints after FULLNODE_API_INFO=.");
    }

    /** Without the token. */
    @Override
    public String toString() {
        return http + (token.isPresent() ? " (with token)" : "");
    }
}
