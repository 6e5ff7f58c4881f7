package io.adit.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedClientTest {
    private static InetAddress address(String text) throws Exception {
        return InetAddress.getByName(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "198.51.100.7|198.51.100.7",
                "203.0.113.1, 198.51.100.7|198.51.100.7",
                "203.0.113.1,198.51.100.7 , 10.0.0.2|198.51.100.7",
                "nonsense, 198.51.100.7|198.51.100.7",
                "198.51.100.7:4711|198.51.100.7",
                "2001:db8::7|2001:db8::7",
                "[2001:db8::7]:4711|2001:db8::7",
            })
    void clientIsTheLastThatNoTrustedProxyIs(String header, String expected) throws Exception {
        var proxies = Set.of(address("127.0.0.1"), address("10.0.0.2"));

        assertThat(ForwardedClient.client(List.of(header), proxies)).contains(address(expected));
        assertThat(ForwardedClient.client(List.of("192.0.2.9", header), proxies))
                .contains(address(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "unknown", "198.51.100.7, unknown", "198.51.100.7,", "10.0.0.2", "provider.example.org"})
    void whereNobodyIsNamed_thereIsNone(String header) throws Exception {
        assertThat(ForwardedClient.client(List.of(header), Set.of(address("10.0.0.2"))))
                .isEmpty();
    }

    @Test
    void withoutTheHeader_thereIsNone() {
        assertThat(ForwardedClient.client(List.of(), Set.of())).isEmpty();
    }
}
