package io.adit.market.fetch;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** Why data could not be fetched. */
public enum FetchErrorCode implements ErrorCode {
    FETCH_URL_REFUSED(ErrorKind.OPERATOR, true, """
            The transfer's URL or headers are not ones that the node follows: http and https with a plain host name or \
            IP address and no user name, or libp2p:// with a multiaddress that ends in a peer ID; no header that steers the \
            connection. Propose the deal again with another URL."""),
    FETCH_ADDRESS_REFUSED(ErrorKind.OPERATOR, true, """
            The URL leads to an address inside a private network, to the node itself or to no single host. Serve the data \
            on a public address. On a devnet, market.fetch-allow-private-addresses allows loopback and private ones."""),
    FETCH_UNRESOLVED(ErrorKind.NETWORK, false, "The URL's host name has no address now."),
    FETCH_UNREACHABLE(ErrorKind.NETWORK, false, "No connection to the URL's host could be made."),
    FETCH_BROKEN(
            ErrorKind.NETWORK, false, "The connection broke before everything had come; the next try goes on there."),
    FETCH_STALLED(
            ErrorKind.NETWORK, false, "The data came more slowly than the least rate; the next try goes on there."),
    FETCH_UNAVAILABLE(ErrorKind.NETWORK, false, "The server turned the request away for now (408, 425, 429 or 5xx)."),
    FETCH_REFUSED(ErrorKind.NETWORK, true, "The server does not give the data out (a 4xx status). Check the URL."),
    FETCH_MALFORMED(ErrorKind.NETWORK, false, "The server's answer is not HTTP/1.1, or larger than a head may be."),
    FETCH_WRONG_SIZE(ErrorKind.NETWORK, true, "The data is longer or shorter than the deal says."),
    FETCH_REDIRECTS(ErrorKind.NETWORK, true, "The server redirected more than five times, or from https to http.");

    private final ErrorKind kind;
    private final boolean permanent;
    private final String explanation;

    FetchErrorCode(ErrorKind kind, boolean permanent, String explanation) {
        this.kind = kind;
        this.permanent = permanent;
        this.explanation = explanation;
    }

    /** Whether trying again cannot help. */
    public boolean permanent() {
        return permanent;
    }

    @Override
    public ErrorKind kind() {
        return kind;
    }

    @Override
    public String explanation() {
        return explanation;
    }
}
