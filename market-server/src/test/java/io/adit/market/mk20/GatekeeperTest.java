package io.adit.market.mk20;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.ipld.Hashes;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.market.deal.EthereumKey;
import io.adit.market.deal.TestKeys;
import io.adit.market.mk20.Gatekeeper.Caller;
import io.adit.market.policy.RejectionCode;
import io.adit.market.retrieve.SidePages.Question;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, and for how long a signature is good. */
class GatekeeperTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:34:56Z");
    private static final String PATH = "/market/mk20/status/01ARZ3NDEKTSV4RRFFQ69G5FAV";
    private static final PrivateKey KEY = TestKeys.key(SignatureType.SECP256K1, 3);

    private final Gatekeeper gate = new Gatekeeper(InstantSource.fixed(NOW));

    private static Question question(String method, String path, Map<String, String> headers) {
        return new Question(
                method,
                List.of(),
                path,
                name -> headers.getOrDefault(name, ""),
                new byte[0],
                InputStream.nullInputStream());
    }

    /** What Curio's client signs, put together here from its documentation and not by the code under test. */
    private static String curioHeader(PrivateKey key, String method, String path, String minute) {
        var address = key.address().bytes();
        var rest = (method + path + minute).getBytes(StandardCharsets.UTF_8);
        var message = new byte[address.length + rest.length];
        System.arraycopy(address, 0, message, 0, address.length);
        System.arraycopy(rest, 0, message, address.length, rest.length);
        return AuthHeader.write(key.address(), key.sign(Hashes.sha256(message)));
    }

    private boolean knows(String method, String path, Map<String, String> headers) {
        return gate.caller(question(method, path, headers)) instanceof Caller.Known;
    }

    @ParameterizedTest
    @EnumSource(value = SignatureType.class, names = "DELEGATED", mode = EnumSource.Mode.EXCLUDE)
    void letsAnUnchangedClientOfCurioIn(SignatureType type) {
        var key = TestKeys.key(type, 5);
        var header = curioHeader(key, "GET", PATH, "2026-11-23T12:34:00Z");

        assertThat(gate.caller(question("GET", PATH, Map.of("Authorization", header))))
                .isInstanceOfSatisfying(
                        Caller.Known.class, known -> assertThat(known.client()).isEqualTo(key.address()));
    }

    /** As Curio's clients sign with Lotus' wallet: its header's digest, hashed once more with Keccak-256. */
    @Test
    void letsAnEthereumAccountIn_andNobodyElseInItsName() {
        var key = new EthereumKey(BigInteger.TWO);
        var signed = AuthHeader.signed(key.address(), "GET", PATH, NOW, Optional.empty());
        var header = AuthHeader.write(key.address(), key.sign(key.address(), signed));
        assertThat(header).startsWith("CurioAuth delegated:");
        assertThat(gate.caller(question("GET", PATH, Map.of("Authorization", header))))
                .isInstanceOfSatisfying(
                        Caller.Known.class, known -> assertThat(known.client()).isEqualTo(key.address()));

        var another = new EthereumKey(BigInteger.TEN);
        var theirs = AuthHeader.write(key.address(), another.sign(another.address(), signed));
        assertThat(knows("GET", PATH, Map.of("Authorization", theirs))).isFalse();
        assertThat(knows("POST", PATH, Map.of("Authorization", header))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-23T12:32:00Z", "2026-11-23T12:36:00Z", "2026-11-23T12:34:56Z"})
    void doesNotBelieveASignatureOfAnotherTime(String minute) {
        assertThat(knows("GET", PATH, Map.of("Authorization", curioHeader(KEY, "GET", PATH, minute))))
                .isFalse();
    }

    @Test
    void doesNotBelieveASignatureForAnotherMethodOrPath() {
        var header = Map.of("Authorization", curioHeader(KEY, "GET", PATH, "2026-11-23T12:33:00Z"));

        assertThat(knows("GET", PATH, header)).isTrue();
        assertThat(knows("POST", PATH, header)).isFalse();
        assertThat(knows("GET", PATH + "x", header)).isFalse();
    }

    @Test
    void aRequestWithANonceIsMadeOnce_andItsHeadersCannotBeTakenAway() {
        var cover = new AuthHeader.Cover("one", Hashes.sha256(new byte[] {1}));
        var signed = AuthHeader.signed(KEY.address(), "POST", PATH, NOW, Optional.of(cover));
        var header = AuthHeader.write(KEY.address(), KEY.sign(signed));
        var whole = Map.of("Authorization", header, "Adit-Nonce", "one", "Content-Digest", cover.digestHeader());

        assertThat(knows("POST", PATH, Map.of("Authorization", header))).isFalse();
        assertThat(knows("POST", PATH, Map.of("Authorization", header, "Adit-Nonce", "one")))
                .isFalse();
        assertThat(knows("POST", PATH, whole)).isTrue();
        assertThat(knows("POST", PATH, whole)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer x",
                "CurioAuth x",
                "CurioAuth secp256k1:x",
                "CurioAuth rsa:AA==:AA==",
                "CurioAuth secp256k1:?:?",
                "CurioAuth secp256k1:AOgH:AQ==",
                "CurioAuth secp256k1:AVOq:AQAA"
            })
    void whatIsNoSuchHeaderIsNotLetIn(String header) {
        assertThat(gate.caller(question("GET", PATH, Map.of("Authorization", header))))
                .isInstanceOfSatisfying(Caller.Stranger.class, stranger -> {
                    assertThat(stranger.status()).isEqualTo(401);
                    assertThat(stranger.why()).isNotBlank();
                });
    }

    private static Map<String, String> once(PrivateKey key, String nonce) {
        var cover = new AuthHeader.Cover(nonce, Hashes.sha256(new byte[] {1}));
        var signed = AuthHeader.signed(key.address(), "POST", PATH, NOW, Optional.of(cover));
        return Map.of(
                "Authorization",
                AuthHeader.write(key.address(), key.sign(signed)),
                "Adit-Nonce",
                nonce,
                "Content-Digest",
                cover.digestHeader());
    }

    @Test
    void boundsWhatItRemembersOfEachClient_andOfAll() {
        var small = new Gatekeeper(InstantSource.fixed(NOW), 3, 2);
        var other = TestKeys.key(SignatureType.SECP256K1, 4);
        var third = TestKeys.key(SignatureType.SECP256K1, 5);

        assertThat(small.caller(question("POST", PATH, once(KEY, "one")))).isInstanceOf(Caller.Known.class);
        assertThat(small.caller(question("POST", PATH, once(KEY, "two")))).isInstanceOf(Caller.Known.class);
        assertThat(small.caller(question("POST", PATH, once(KEY, "three"))))
                .isInstanceOfSatisfying(Caller.Crowded.class, crowded -> {
                    assertThat(crowded.why().code()).isEqualTo(RejectionCode.TOO_MANY_REQUESTS);
                    assertThat(crowded.why().limit()).contains("at most 2 of this client's");
                });
        assertThat(small.caller(question("POST", PATH, once(other, "one")))).isInstanceOf(Caller.Known.class);
        assertThat(small.caller(question("POST", PATH, once(third, "one"))))
                .isInstanceOfSatisfying(
                        Caller.Crowded.class,
                        crowded -> assertThat(crowded.why().limit()).contains("at most 3 of all clients"));
        assertThat(small.caller(question("POST", PATH, once(KEY, "one")))).isInstanceOf(Caller.Stranger.class);
    }

    @Test
    void forgetsNonces_onceTheirSignaturesAreNoLongerGood() {
        var now = new AtomicReference<>(NOW.minusSeconds(60));
        var small = new Gatekeeper(now::get, 10, 2);
        small.caller(question("POST", PATH, once(KEY, "one")));
        now.set(NOW.plusSeconds(30));
        small.caller(question("POST", PATH, once(KEY, "two")));
        assertThat(small.caller(question("POST", PATH, once(KEY, "three")))).isInstanceOf(Caller.Crowded.class);

        // Four minutes after the first; the second is remembered. No signature of NOW would be good by then.
        now.set(NOW.plusSeconds(181));
        var later = new AuthHeader.Cover("three", Hashes.sha256(new byte[] {1}));
        var signed = AuthHeader.signed(KEY.address(), "POST", PATH, now.get(), Optional.of(later));
        var headers = Map.of(
                "Authorization", AuthHeader.write(KEY.address(), KEY.sign(signed)),
                "Adit-Nonce", "three",
                "Content-Digest", later.digestHeader());
        assertThat(small.caller(question("POST", PATH, headers))).isInstanceOf(Caller.Known.class);
        var fourth = new AuthHeader.Cover("four", Hashes.sha256(new byte[] {1}));
        signed = AuthHeader.signed(KEY.address(), "POST", PATH, now.get(), Optional.of(fourth));
        headers = Map.of(
                "Authorization", AuthHeader.write(KEY.address(), KEY.sign(signed)),
                "Adit-Nonce", "four",
                "Content-Digest", fourth.digestHeader());
        assertThat(small.caller(question("POST", PATH, headers))).isInstanceOf(Caller.Crowded.class);
    }
}
