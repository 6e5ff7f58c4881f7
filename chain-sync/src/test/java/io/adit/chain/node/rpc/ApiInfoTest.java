package io.adit.chain.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.node.RpcErrorCode;
import io.adit.core.error.AditException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiInfoTest {

    @ParameterizedTest
    @CsvSource({
        "a.b.c:/ip4/127.0.0.1/tcp/41234/http, a.b.c, http://127.0.0.1:41234/rpc/v1, ws://127.0.0.1:41234/rpc/v1",
        "/ip4/127.0.0.1/tcp/1234/http, '', http://127.0.0.1:1234/rpc/v1, ws://127.0.0.1:1234/rpc/v1",
        "t:/ip6/::1/tcp/1234/http, t, http://[::1]:1234/rpc/v1, ws://[::1]:1234/rpc/v1",
        "t:/dns/lotus.example/tcp/443/https, t, https://lotus.example:443/rpc/v1, wss://lotus.example:443/rpc/v1",
        "/dns4/lotus.example/tcp/443/wss, '', https://lotus.example:443/rpc/v1, wss://lotus.example:443/rpc/v1",
        "http://127.0.0.1:1234, '', http://127.0.0.1:1234/rpc/v1, ws://127.0.0.1:1234/rpc/v1",
        "t:ws://127.0.0.1:1234/rpc/v1, t, http://127.0.0.1:1234/rpc/v1, ws://127.0.0.1:1234/rpc/v1",
        "https://api.example/rpc/v1/, '', https://api.example/rpc/v1, wss://api.example/rpc/v1",
        "t:https://api.example/lotus, t, https://api.example/lotus/rpc/v1, wss://api.example/lotus/rpc/v1",
    })
    void bothAddressesFollow_whenItIsRead(String text, String token, String http, String webSocket) {
        var api = ApiInfo.parse(text);
        assertThat(api.token().orElse("")).isEqualTo(token);
        assertThat(api.http()).hasToString(http);
        assertThat(api.webSocket()).hasToString(webSocket);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "token",
                ":/ip4/127.0.0.1/tcp/1",
                "tok en:/ip4/127.0.0.1/tcp/1",
                "t:/ip4/127.0.0.1/udp/1",
                "t:/unix/x/tcp/1",
                "t:/ip4/127.0.0.1/tcp/x/http",
                "t:/ip4/127.0.0.1/tcp/1/quic",
                "http://",
                "t:ftp://host"
            })
    void isRefused_whenItIsNoAddress(String text) {
        assertThatThrownBy(() -> ApiInfo.parse(text))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(RpcErrorCode.API_INFO_INVALID));
    }

    @Test
    void tokenIsNotShown_whenItIsPrinted() {
        assertThat(ApiInfo.parse("secret.jwt.token:/ip4/127.0.0.1/tcp/1/http").toString())
                .doesNotContain("secret");
    }
}
