package io.adit.chain.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.actor.ActorCodes;
import io.adit.chain.actor.NetworkPolicy;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class NetworkRulesTest {
    private static final Address MINER = Address.ofId(1000);
    private static final Cid UNKNOWN = Cid.dagCbor(new byte[] {(byte) 0x80});

    private static FullNode node(long version, Cid code) {
        return new PartialFullNode() {
            @Override
            public long stateNetworkVersion(TipSetKey key) {
                return version;
            }

            @Override
            public Optional<ActorState> stateGetActor(Address actor, TipSetKey key) {
                return actor.equals(MINER)
                        ? Optional.of(new ActorState(code, code, 0, TokenAmount.ZERO, Optional.empty()))
                        : Optional.empty();
            }
        };
    }

    private static Cid miner(String bundle) {
        return ActorCodes.load().code("mainnet", bundle, "storageminer").orElseThrow();
    }

    @Test
    void rules_whenTheMinersCodeIsKnown_areThoseOfTheCode() {
        assertThat(NetworkRules.of(node(29, miner("v18.0.0")), MINER)).isEqualTo(NetworkPolicy.of(28));
    }

    @Test
    void rules_whenTheCodeIsUnknown_areThoseOfTheVersion() {
        assertThat(NetworkRules.of(node(28, UNKNOWN), MINER)).isEqualTo(NetworkPolicy.of(28));
        assertThat(NetworkRules.of(node(30, UNKNOWN), MINER)).isEqualTo(NetworkPolicy.of(29));
    }

    @Test
    void rules_whenTheNetworkIsTooOld_areRefused() {
        assertThatThrownBy(() -> NetworkRules.of(node(27, UNKNOWN), MINER))
                .hasMessageContaining("27")
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(NetworkErrorCode.NETWORK_TOO_OLD));
    }

    @Test
    void rules_whenThereIsNoSuchMiner_areRefused() {
        assertThatThrownBy(() -> NetworkRules.of(node(29, UNKNOWN), Address.ofId(7)))
                .hasMessageContaining("no such actor");
    }
}
