package io.adit.market.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.config.ConfigErrorCode;
import io.adit.core.config.ConfigLoader;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyBookTest {
    @TempDir
    Path folder;

    private StateStore store;

    @SuppressWarnings("NullAway.Init") // set up before every test
    PolicyBookTest() {}

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(folder.resolve("state.db"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aChangeCountsAtOnce_andAfterARestart_untilItIsReset() {
        var book = book("deny-clients = [\"f05\"]");
        assertThat(book.terms().denied()).containsExactly(Address.ofId(5));

        book.set("deny-clients", "f06, f07");
        book.set("price-per-gib-epoch", "0.5 FIL");

        for (var now : new PolicyBook[] {book, book("deny-clients = [\"f05\"]")}) {
            assertThat(now.terms().denied()).containsExactlyInAnyOrder(Address.ofId(6), Address.ofId(7));
            assertThat(now.terms().prices().base()).isEqualTo(TokenAmount.ofFil("0.5 FIL"));
            assertThat(setting(now, "deny-clients").value()).isEqualTo("f06, f07");
            assertThat(setting(now, "deny-clients").changed()).isTrue();
            assertThat(setting(now, "max-piece-size").value()).isEqualTo("8MiB");
            assertThat(setting(now, "max-piece-size").changed()).isFalse();
        }

        book.reset("deny-clients");
        assertThat(book.terms().denied()).containsExactly(Address.ofId(5));
        assertThat(book.terms().prices().base()).isEqualTo(TokenAmount.ofFil("0.5 FIL"));
    }

    @Test
    void whatIsNotGood_isRefusedByName_andChangesNothing() {
        var book = book("");
        var before = book.settings();

        assertThatThrownBy(() -> book.set("min-piece-size", "16MiB")).hasMessageContaining("market.min-piece-size");
        assertThatThrownBy(() -> book.set("max-deals-under-way", "many")).hasMessageContaining("max-deals-under-way");
        assertThatThrownBy(() -> book.set("price-rules", "cheap")).hasMessageContaining("market.price-rules");
        assertThatThrownBy(() -> book.set("allow-clients", "f0x")).hasMessageContaining("market.allow-clients");
        for (var key : new String[] {"libp2p-listen", "price"}) {
            assertThatThrownBy(() -> book.set(key, "x"))
                    .isInstanceOfSatisfying(
                            AditException.class,
                            e -> assertThat(e.code()).isEqualTo(ConfigErrorCode.CONFIG_UNKNOWN_KEY))
                    .hasMessageContaining("deny-clients");
        }

        assertThat(book.settings()).isEqualTo(before);
        assertThat(book("").settings()).isEqualTo(before);
    }

    @Test
    void cidGravityIsAskedAndLeft_whileTheNodeRuns() {
        var book = book("cidgravity-token-file = \"/etc/adit/first\"");
        assertThat(book.terms().filters().cidGravityToken()).contains(Path.of("/etc/adit/first"));

        book.set("cidgravity-token-file", "/etc/adit/second");
        book.set("cidgravity-url", "https://gravity.example/check");
        for (var now : new PolicyBook[] {book, book("")}) {
            assertThat(now.terms().filters().cidGravityToken()).contains(Path.of("/etc/adit/second"));
            assertThat(now.terms().filters().cidGravity()).isEqualTo(URI.create("https://gravity.example/check"));
            assertThat(setting(now, "cidgravity-token-file").value()).isEqualTo("/etc/adit/second");
        }

        // Whose home, and which folder, would be a guess.
        for (var relative : new String[] {"token", "~/token", "./token"}) {
            assertThatThrownBy(() -> book.set("cidgravity-token-file", relative))
                    .hasMessageContaining("market.cidgravity-token-file")
                    .hasMessageContaining("absolute");
        }
        assertThatThrownBy(() -> book.set("cidgravity-url", "ftp://gravity.example"))
                .hasMessageContaining("market.cidgravity-url");
        book.set("cidgravity-token-file", "");
        assertThat(book.terms().filters().any()).isFalse();
    }

    @Test
    void noDealIsTaken_whileAChangeDoesNotFitTheFile() {
        book("max-piece-size = \"32MiB\"").set("min-piece-size", "16MiB");

        var book = book("max-piece-size = \"8MiB\"");

        assertThatThrownBy(book::terms)
                .hasMessageContaining("does not fit the configuration file")
                .hasMessageContaining("market.min-piece-size");
        assertThat(setting(book, "min-piece-size").value()).isEqualTo("16MiB");
        book.reset("min-piece-size");
        assertThat(book.terms().minPieceSize().bytes()).isEqualTo(256);
    }

    private PolicyBook book(String market) {
        var config = ConfigLoader.parse("[market]\n" + market + "\n", folder, Map.of());
        return new PolicyBook(store, config.market(), SectorSize.MIB_8, 5);
    }

    private static PolicyBook.Setting setting(PolicyBook book, String key) {
        return book.settings().stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow();
    }
}
