package io.adit.chain.node.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.rpc.Permission;
import io.adit.chain.node.rpc.RpcCatalogue;
import io.adit.chain.node.rpc.RpcMethod;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConductTest {

    /** Every method that needs more than the right to read, and the one that reads but must not be asked of one node. */
    private static final Map<String, Conduct> NOT_PLAIN_READING = Map.ofEntries(
            Map.entry("MpoolPush", Conduct.PUSH),
            Map.entry("SyncSubmitBlock", Conduct.PUSH),
            Map.entry("EthSendRawTransaction", Conduct.PUSH),
            Map.entry("MpoolGetNonce", Conduct.HIGHEST),
            Map.entry("MpoolPushMessage", Conduct.ONCE),
            Map.entry("MarketAddBalance", Conduct.ONCE),
            Map.entry("F3GetOrRenewParticipationTicket", Conduct.ONCE),
            Map.entry("F3Participate", Conduct.ONCE),
            Map.entry("MinerCreateBlock", Conduct.READ),
            Map.entry("WalletHas", Conduct.READ),
            Map.entry("WalletList", Conduct.READ),
            Map.entry("WalletSign", Conduct.READ),
            Map.entry("WalletSignMessage", Conduct.READ));

    @Test
    void everyMethodOfTheCatalogueIsClassified_asItMustBe() {
        for (var method : RpcCatalogue.methods()) {
            if (method.permission() != Permission.READ) {
                assertThat(NOT_PLAIN_READING).containsKey(method.name());
            }
            assertThat(Conduct.of(method))
                    .as(method.name())
                    .isEqualTo(NOT_PLAIN_READING.getOrDefault(method.name(), Conduct.READ));
        }
    }

    @Test
    void everyMethodOfAFullNodeIsInTheCatalogue_orASubscriptionOrItsEnd() {
        Set<String> known = RpcCatalogue.methods().stream()
                .map(RpcMethod::name)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        var others = Arrays.stream(FullNode.class.getMethods())
                .map(Method::getName)
                .filter(name -> !known.contains(name.toLowerCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        assertThat(others).containsExactlyInAnyOrder("chainNotify", "close");
    }
}
