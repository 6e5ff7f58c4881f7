package io.adit.market.fetch;

import io.adit.libp2p.Libp2pException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * An HTTP/1.1 client of one request: GET with a range, or HEAD.
 *
 * <p>It stands on plain sockets because {@code java.net.http} resolves names itself: the address that was checked would
 * not be the one connected to, and connecting by address instead would lose the Host header, SNI and the certificate's
 * name. Here the socket goes to the checked address and everything else names the host. Over libp2p the same is said to a peer, who
 * is dialled at the checked address and proves that he is the one whom the URL names.
 */
public final class Fetcher implements FileSource, AutoCloseable {
    private static final int MAX_REDIRECTS = 5;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> FOR_NOW = Set.of(408, 425, 429);

    private final FetchLimits limits;
    private final AddressRules rules;
    private final HostResolver resolver;
    private final SSLSocketFactory tls;
    private final PeerStreams peers;

    public Fetcher(FetchLimits limits, AddressRules rules) {
        this(limits, rules, HostResolver.ofSystem(), (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    /** With another resolver and another trust than the system's. */
    public Fetcher(FetchLimits limits, AddressRules rules, HostResolver resolver, SSLSocketFactory tls) {
        this.limits = limits;
        this.rules = rules;
        this.resolver = resolver;
        this.tls = tls;
        this.peers = new PeerStreams(limits);
    }

    @Override
    public Body open(FetchSource source, long offset, long size) {
        return follow(source, new Ask("GET", offset), answer -> accept(answer, offset, size));
    }

    @Override
    public long length(FetchSource source) {
        return follow(source, new Ask("HEAD", 0), answer -> {
            if (answer.status() != 200) {
                throw refusal(answer.status());
            }
            long length = answer.length()
                    .orElseThrow(() -> new FetchException(
                            FetchErrorCode.FETCH_WRONG_SIZE, "the server does not say how long the file is"));
            closeQuietly(answer);
            return length;
        });
    }

    /** What is asked of each server on the way. */
    private record Ask(String method, long offset) {}

    private <T> T follow(FetchSource source, Ask asked, Function<HttpAnswer, T> accept) {
        var at = source;
        // Each answer has its limit, and so have all together: the node gives this process up when it hears nothing.
        long end = System.nanoTime() + limits.opening().toNanos();
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            var answer = ask(at, asked, end);
            try {
                if (!REDIRECTS.contains(answer.status())) {
                    return accept.apply(answer);
                }
                at = redirected(at, answer, rules);
            } catch (RuntimeException e) {
                closeQuietly(answer);
                throw e;
            }
            closeQuietly(answer);
        }
        throw new FetchException(
                FetchErrorCode.FETCH_REDIRECTS, "the server redirected more than " + MAX_REDIRECTS + " times");
    }

    /**
     * Where an answer leads. Another origin than the one that was asked is a stranger's word, whoever named the first: it gets no
     * headers, and leads no further than the rules let a client's own URL lead.
     */
    static FetchSource redirected(FetchSource source, HttpAnswer answer, AddressRules rules) {
        var from = source.url();
        var location =
                answer.header("location").orElseThrow(() -> HttpAnswer.malformed("a redirect without a location"));
        String target;
        try {
            target = from.resolve(location).toString();
        } catch (IllegalArgumentException e) {
            throw new FetchException(FetchErrorCode.FETCH_URL_REFUSED, "the server redirected to no URL", e);
        }
        var url = FetchSource.url(target, source.within(rules));
        if (PeerAddress.isOne(from) || PeerAddress.isOne(url)) {
            throw new FetchException(
                    FetchErrorCode.FETCH_REDIRECTS, "the server redirected to or from a peer on libp2p");
        }
        if (isTls(from) && !isTls(url)) {
            throw new FetchException(FetchErrorCode.FETCH_REDIRECTS, "the server redirected from https to http");
        }
        return sameOrigin(from, url)
                ? new FetchSource(url, source.headers(), source.operators())
                : new FetchSource(FetchSource.url(target, rules), Map.of());
    }

    private Body accept(HttpAnswer answer, long offset, long size) {
        return switch (answer.status()) {
            case 200 -> {
                checkLength(answer, size);
                yield body(0, answer);
            }
            case 206 -> {
                var expected = "bytes " + offset + "-" + (size - 1) + "/" + size;
                var range = answer.header("content-range").orElse("");
                if (!range.equalsIgnoreCase(expected)) {
                    throw new FetchException(
                            FetchErrorCode.FETCH_WRONG_SIZE,
                            "the server's range is not " + expected + ", which the deal's size asks for");
                }
                checkLength(answer, size - offset);
                yield body(offset, answer);
            }
            default -> throw refusal(answer.status());
        };
    }

    private Body body(long offset, HttpAnswer answer) {
        var rate = new Rate(limits);
        return new HttpBody(
                offset, answer.body(rate), rate, answer, limits.silence().plus(limits.rateWindow()));
    }

    private static void checkLength(HttpAnswer answer, long expected) {
        answer.length().filter(length -> length != expected).ifPresent(length -> {
            throw new FetchException(
                    FetchErrorCode.FETCH_WRONG_SIZE,
                    "the server offers " + length + " bytes where the deal's size leaves " + expected);
        });
    }

    private static FetchException refusal(int status) {
        var reason = status >= 500 || FOR_NOW.contains(status)
                ? FetchErrorCode.FETCH_UNAVAILABLE
                : FetchErrorCode.FETCH_REFUSED;
        return new FetchException(reason, "the server answered with status " + status);
    }

    private HttpAnswer ask(FetchSource source, Ask asked, long openedBy) {
        var url = source.url();
        var addresses = FetchSource.resolve(url, resolver, source.within(rules));
        if (PeerAddress.isOne(url)) {
            return askPeer(PeerAddress.parse(url.toString()), addresses, source.headers(), asked);
        }
        long now = System.nanoTime();
        long end = now + Math.min(limits.answer().toNanos(), openedBy - now);
        if (end - now <= 0) {
            throw new FetchException(
                    FetchErrorCode.FETCH_STALLED,
                    "the server redirected for " + limits.opening().toSeconds() + " s");
        }
        Exception last = new IOException("no address");
        for (var address : addresses) {
            var left = Duration.ofNanos(end - System.nanoTime());
            if (!left.isPositive()) {
                break;
            }
            var socket = new Socket();
            try {
                socket.setSoTimeout((int) limits.silence().toMillis());
                socket.connect(new InetSocketAddress(address, port(url)), (int)
                        Math.max(1, Math.min(limits.connect().toMillis(), left.toMillis())));
            } catch (IOException e) {
                closeQuietly(socket);
                last = e;
                continue;
            }
            return answer(socket, url, request(url, source.headers(), asked), left);
        }
        throw new FetchException(
                FetchErrorCode.FETCH_UNREACHABLE, "no connection to " + url.getHost() + " port " + port(url), last);
    }

    private HttpAnswer askPeer(PeerAddress peer, List<InetAddress> addresses, Map<String, String> headers, Ask asked) {
        long end = System.nanoTime() + limits.answer().toNanos();
        Optional<Libp2pException> last = Optional.empty();
        for (var address : addresses.stream().filter(peer::takes).toList()) {
            var left = Duration.ofNanos(end - System.nanoTime());
            if (!left.isPositive()) {
                break;
            }
            try {
                var stream = peers.open(peer.at(address), left);
                var request = request("/", peer.peer().toString(), headers, asked);
                return answer(stream::reset, left, () -> {
                    stream.setWriteDeadline(left);
                    stream.write(request, 0, request.length);
                    return new HttpAnswer(PeerStreams.patient(stream, limits.silence()), stream::reset);
                });
            } catch (Libp2pException e) {
                last = Optional.of(e);
            }
        }
        throw last.map(PeerStreams::failure)
                .orElseGet(() -> new FetchException(
                        FetchErrorCode.FETCH_UNRESOLVED,
                        "the host " + peer.host() + " has no address of the family asked for"));
    }

    private HttpAnswer answer(Socket plain, URI url, byte[] request, Duration time) {
        return answer(plain, time, () -> {
            var socket = isTls(url) ? secured(plain, url) : plain;
            socket.getOutputStream().write(request);
            // To close the TLS socket would wait for whoever reads from it.
            return new HttpAnswer(socket.getInputStream(), plain);
        });
    }

    /** Says the request and reads the answer's head. */
    private interface Exchange {
        HttpAnswer run() throws IOException;
    }

    /** One deadline for the handshake and the head; whatever goes wrong, the connection is closed. */
    private static HttpAnswer answer(Closeable connection, Duration time, Exchange exchange) {
        boolean answered = false;
        try (var deadline = new Deadline(connection, time)) {
            try {
                var answer = exchange.run();
                answered = true;
                return answer;
            } catch (IOException e) {
                throw deadline.missed()
                        ? new FetchException(
                                FetchErrorCode.FETCH_STALLED,
                                "the server did not answer within " + time.toSeconds() + " s",
                                e)
                        : broken(e);
            } finally {
                if (!answered) {
                    closeQuietly(connection);
                }
            }
        }
    }

    private SSLSocket secured(Socket plain, URI url) throws IOException {
        // A name that ends in a dot is the same name; certificates and SNI are without it.
        var host = url.getHost().endsWith(".")
                ? url.getHost().substring(0, url.getHost().length() - 1)
                : url.getHost();
        var socket = (SSLSocket) tls.createSocket(plain, host, port(url), true);
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (!host.startsWith("[") && host.chars().anyMatch(Character::isLetter)) {
            serverName(host).ifPresent(name -> parameters.setServerNames(List.of(name)));
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** None for names that DNS knows and SNI does not, such as ones with an underscore. */
    private static Optional<SNIServerName> serverName(String host) {
        try {
            return Optional.of(new SNIHostName(host));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static byte[] request(URI url, Map<String, String> headers, Ask asked) {
        var path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        var target = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
        var host = url.getPort() >= 0 ? url.getHost() + ":" + url.getPort() : url.getHost();
        return request(target, host, headers, asked);
    }

    private static byte[] request(String target, String host, Map<String, String> headers, Ask asked) {
        var text = new StringBuilder(asked.method())
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(host);
        text.append("\r\nUser-Agent: adit\r\nAccept-Encoding: identity\r\nConnection: close\r\n");
        if (asked.offset() > 0) {
            text.append("Range: bytes=").append(asked.offset()).append("-\r\n");
        }
        headers.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        return text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isTls(URI url) {
        return url.getScheme().toLowerCase(Locale.ROOT).equals("https");
    }

    private static int port(URI url) {
        return url.getPort() >= 0 ? url.getPort() : isTls(url) ? 443 : 80;
    }

    private static boolean sameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    /** A failure of a connection that was made. */
    static FetchException broken(IOException e) {
        boolean late = e instanceof Libp2pException peer && peer.kind() == Libp2pException.Kind.TIMEOUT;
        if (late || e instanceof SocketTimeoutException) {
            return new FetchException(FetchErrorCode.FETCH_STALLED, "the server went silent", e);
        }
        return new FetchException(
                FetchErrorCode.FETCH_BROKEN,
                e instanceof EOFException ? "the server ended the connection too early" : "the connection broke",
                e);
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // Nothing is lost with it.
        }
    }

    /** Leaves the peers whose data was fetched. */
    @Override
    public void close() {
        peers.close();
    }
}
