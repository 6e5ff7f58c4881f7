package io.adit.libp2p.reach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Host;
import io.adit.libp2p.autonat.Reachability;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.reach.ReachPlan.Mode;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReachTest {
    private static final Multiaddr RELAY =
            Multiaddr.parse("/ip4/192.0.2.9/tcp/1/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
    private static final Multiaddr PROXY = Multiaddr.parse("/dns4/provider.example/tcp/443/wss");

    private final Host host = Host.builder()
            .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
            .announce(PROXY)
            .build();

    @AfterEach
    void close() {
        host.close();
    }

    private Reach reach(Mode mode, List<Multiaddr> announced, List<Multiaddr> relays) {
        return new Reach(
                host, new ReachPlan(mode, announced, relays, 2, List.of()), InstantSource.system(), new Random(1));
    }

    @Test
    void nobodyIsAsked_whereNobodyIsNamed() {
        try (var reach = reach(Mode.AUTO, List.of(), List.of())) {
            assertThat(reach.reachability()).isEqualTo(Reachability.UNKNOWN);
            assertThat(reach.published()).contains(host.addresses());
        }
    }

    @Test
    void nothingIsPublished_untilSomebodyHasAnswered_orARelayHasGivenASlot() {
        try (var auto = reach(Mode.AUTO, List.of(), List.of(RELAY));
                var isPrivate = reach(Mode.PRIVATE, List.of(), List.of(RELAY))) {
            assertThat(auto.published()).isEmpty();
            assertThat(isPrivate.published()).isEmpty();
        }
    }

    @Test
    void whatTheOwnerVouchesFor_isPublishedOfAPrivateHostToo() {
        try (var reach = reach(Mode.PRIVATE, List.of(PROXY), List.of(RELAY))) {
            assertThat(reach.published().orElseThrow()).containsExactly(PROXY.withPeer(host.peerId()));
        }
    }

    @Test
    void ownerIsBelieved_whenHeSaysPublic() {
        try (var reach = reach(Mode.PUBLIC, List.of(), List.of(RELAY))) {
            assertThat(reach.reachability()).isEqualTo(Reachability.PUBLIC);
            assertThat(reach.published()).contains(host.addresses());
        }
    }

    @Test
    void relayThatIsASecondTimeAServer_isAskedOnce_andOneWithoutPeerIsRefused() {
        var plan = new ReachPlan(Mode.AUTO, List.of(), List.of(RELAY), 1, List.of(RELAY));
        assertThat(plan.asked()).containsExactly(RELAY);
        assertThatThrownBy(() -> new ReachPlan(Mode.AUTO, List.of(), List.of(PROXY), 1, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/p2p/<peer ID>");
    }
}
