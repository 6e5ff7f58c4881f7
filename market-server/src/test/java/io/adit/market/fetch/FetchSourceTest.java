package io.adit.market.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FetchSourceTest {
    private static final String PEER = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
    private static final AddressRules PUBLIC = new AddressRules(false);
    private static final AddressRules DEVNET = new AddressRules(true);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://93.184.216.34/a.car",
                "https://example.com:8443/a.car?x=1",
                "http://[2606:2800:220:1:248:1893:25c8:1946]/a",
                "HTTP://example.com"
            })
    void takesPublicUrls(String url) {
        assertThat(parse(url, PUBLIC).url().getHost()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost/",
                "http://LOCALHOST./",
                "http://x.localhost/",
                "http://127.0.0.1/",
                "http://127.1/",
                "http://127.0.1/",
                "http://2130706433/",
                "http://0x7f000001/",
                "http://0x7f.0.0.1/",
                "http://0177.0.0.1/",
                "http://017700000001/",
                "http://127.0.0.1./",
                "http://0/",
                "http://0.0.0.0/",
                "http://[::1]/",
                "http://[::]/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::ffff:7f00:1]/",
                "http://[::127.0.0.1]/",
                "http://[64:ff9b::7f00:1]/",
                "http://[2002:7f00:1::]/",
                "http://[2001:0:1::1]/",
                "http://[fe80::1]/",
                "http://[fe80::1%25eth0]/",
                "http://[fc00::1]/",
                "http://[ff02::1]/",
                "http://169.254.169.254/latest/meta-data",
                "http://10.0.0.1/",
                "http://172.16.0.1/",
                "http://172.31.255.255/",
                "http://192.168.1.1/",
                "http://100.64.0.1/",
                "http://224.0.0.1/",
                "http://255.255.255.255/",
                "http://198.18.0.1/",
                "http://user:pass@example.com/",
                "http://example.com:0/",
                "http://example.com:99999/",
                "http:///a",
                "http:/a",
                "//example.com/a",
                "file:///etc/passwd",
                "gopher://example.com/",
                "ftp://example.com/",
                "libp2p:///ip4/1.2.3.4",
                "libp2p:///ip4/1.2.3.4/tcp/4001",
                "libp2p:///p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p://12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p:///ip4/127.0.0.1/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p:///ip4/10.0.0.1/udp/4001/quic-v1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p:///ip4/169.254.169.254/tcp/80/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p:///ip6/::1/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p:///dns4/localhost/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p:///dns/2130706433/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p:///dns/a%0d%0ab/tcp/4001/ws/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p:///ip4/1.2.3.4/tcp/443/tls/sni/a b/ws/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p:///dnsaddr/example.com/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "libp2p:///ip4/1.2.3.4/tcp/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA/p2p-circuit/p2p/"
                        + "12D3KooWLbHTdjaKpAGzzVWAbPmFRtwMkyHdKT5NTexJgV4zdC3H",
                "jar:http://example.com/a!/",
                "http://exa mple.com/",
                "http://example.com/a\r\nX: y",
                "http://example.com%0d%0a/",
                ""
            })
    void refusesEveryWayToTheNodeItself(String url) {
        assertThatThrownBy(() -> parse(url, PUBLIC))
                .isInstanceOfSatisfying(
                        FetchException.class,
                        e -> assertThat(e.reason().permanent()).isTrue());
    }

    @ParameterizedTest
    @CsvSource({
        "libp2p:///ip4/93.184.216.34/tcp/4001, /ip4/192.0.2.7/tcp/4001",
        "LIBP2P:///ip4/93.184.216.34/tcp/4001, /ip4/192.0.2.7/tcp/4001",
        "libp2p:///ip6/2606:2800:220:1:248:1893:25c8:1946/udp/1/quic-v1, /ip4/192.0.2.7/udp/1/quic-v1",
        "libp2p:///dns4/example.com/tcp/443/wss, /ip4/192.0.2.7/tcp/443/tls/sni/example.com/ws",
        "libp2p:///dns/example.com/tcp/443/tls/ws, /ip4/192.0.2.7/tcp/443/tls/sni/example.com/ws",
        "libp2p:///dns/example.com/tcp/443/tls/sni/other.com/ws, /ip4/192.0.2.7/tcp/443/tls/sni/other.com/ws",
        "libp2p:///dns/example.com/tcp/80/ws, /ip4/192.0.2.7/tcp/80/ws"
    })
    void takesPeersAtPublicAddresses_andDialsThemAtTheAddressThatWasChecked(String url, String dialled) {
        for (var peer : List.of("/ipfs/" + PEER, "/p2p/" + PEER)) {
            var source = parse(url + peer, PUBLIC);
            assertThat(PeerAddress.parse(source.url().toString()).at(InetAddress.ofLiteral("192.0.2.7")))
                    .hasToString(dialled + "/p2p/" + PEER);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:8080/a", "http://[::1]/a", "http://192.168.1.1/a", "http://localhost/a"})
    void takesPrivateAddresses_onADevnet(String url) {
        assertThat(parse(url, DEVNET).url().getHost()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/",
                "http://0.0.0.0/",
                "http://224.0.0.1/",
                "http://[fe80::1]/",
                "http://127.1/",
                "http://2130706433/"
            })
    void refusesMetadataAndOddForms_onADevnetToo(String url) {
        assertThatThrownBy(() -> parse(url, DEVNET)).isInstanceOf(FetchException.class);
    }

    @Test
    void refusesAUrlOfAMegabyte() {
        assertThatThrownBy(() -> parse("http://example.com/" + "a".repeat(1 << 20), PUBLIC))
                .hasMessageContaining("2048");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Host | evil.example",
                "host | x",
                "Connection | keep-alive",
                "Transfer-Encoding | chunked",
                "Content-Length | 5",
                "Range | bytes=0-",
                "Proxy-Authorization | x",
                "X Y | z",
                "X:Y | z"
            })
    void refusesHeadersThatSteerTheConnection(String name, String value) {
        assertThatThrownBy(() -> parse("http://example.com/", Map.of(name, value), PUBLIC))
                .isInstanceOf(FetchException.class);
    }

    @Test
    void refusesLineBreaksAndFloodsInHeaders() {
        assertThatThrownBy(() -> parse("http://example.com/", Map.of("X", "a\r\nHost: b"), PUBLIC))
                .isInstanceOf(FetchException.class);
        assertThatThrownBy(() -> parse("http://example.com/", Map.of("X", "a".repeat(5000)), PUBLIC))
                .isInstanceOf(FetchException.class);
    }

    @Test
    void keepsTheClientsOwnHeaders() {
        assertThat(parse("http://example.com/", Map.of("Authorization", "Bearer x"), PUBLIC)
                        .headers())
                .containsExactly(Map.entry("Authorization", "Bearer x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "[]", "{\"URL\":5}", "not json", "{\"URL\":\"http://example.com\",\"Headers\":[]}"})
    void refusesParamsWithoutAUrl(String params) {
        assertThatThrownBy(() -> FetchSource.parse(params.getBytes(StandardCharsets.UTF_8), PUBLIC))
                .isInstanceOf(FetchException.class);
    }

    @Test
    void refusesAHost_whenOneOfItsAddressesIsPrivate() throws Exception {
        var mixed = List.of(InetAddress.ofLiteral("93.184.216.34"), InetAddress.ofLiteral("127.0.0.1"));

        assertThatThrownBy(() -> FetchSource.resolve(
                        parse("http://rebind.example/", PUBLIC).url(), host -> mixed, PUBLIC))
                .isInstanceOfSatisfying(
                        FetchException.class,
                        e -> assertThat(e.reason()).isEqualTo(FetchErrorCode.FETCH_ADDRESS_REFUSED));
    }

    private static FetchSource parse(String url, AddressRules rules) {
        return parse(url, Map.of(), rules);
    }

    private static FetchSource parse(String url, Map<String, String> headers, AddressRules rules) {
        var json = new ObjectMapper().createObjectNode().put("URL", url);
        var object = json.putObject("Headers");
        headers.forEach(object::put);
        return FetchSource.parse(json.toString().getBytes(StandardCharsets.UTF_8), rules);
    }
}
