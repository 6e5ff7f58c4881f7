package io.adit.libp2p.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.mux.ReceiveBudget;
import io.adit.libp2p.resource.ResourceUsage.Refused;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResourceManagerTest {
    private static final List<PeerId> PEERS = Stream.generate(
                    () -> Identity.generate(KeyType.ED25519, new SecureRandom()).peerId())
            .limit(12)
            .toList();
    private static final PeerId FRIEND = PEERS.getLast();
    private static final PeerId OTHER_FRIEND = PEERS.get(10);
    private static final ResourceLimits LIMITS =
            new ResourceLimits(8, 2, 4, 4, 2, 3, 12, 4, 7, 8, 6, 6, 1 << 20, 1 << 20);

    private final AtomicLong now = new AtomicLong();
    private final ResourceManager resources =
            new ResourceManager(LIMITS, Set.of(FRIEND, OTHER_FRIEND)::contains, now::get);
    private final AtomicInteger evicted = new AtomicInteger();

    private static InetAddress address(String text) throws Exception {
        return InetAddress.getByName(text);
    }

    private Admission<ConnectionPlace> accept(String address) throws Exception {
        return resources.accept(address(address), evicted::incrementAndGet);
    }

    private ConnectionPlace secured(String address, PeerId peer) throws Exception {
        var place = granted(accept(address));
        assertThat(place.secured(peer)).isEmpty();
        return place;
    }

    private static <T> T granted(Admission<T> admission) {
        assertThat(admission).isInstanceOf(Admission.Granted.class);
        return ((Admission.Granted<T>) admission).place();
    }

    private static Refusal refused(Admission<?> admission) {
        assertThat(admission).isInstanceOf(Admission.Refused.class);
        return ((Admission.Refused<?>) admission).refusal();
    }

    @Test
    void thirdConnectionOfAnAddress_isRefused() throws Exception {
        accept("192.0.2.1");
        accept("192.0.2.1");

        assertThat(refused(accept("192.0.2.1")))
                .isEqualTo(new Refusal(Scope.ADDRESS, Resource.CONNECTIONS, "192.0.2.1/32", 2));
        granted(accept("192.0.2.2"));
    }

    @Test
    void ipv6AddressesOfOne64_areOneAddress() throws Exception {
        accept("2001:db8:0:1::1");
        accept("2001:db8:0:1::2");

        assertThat(refused(accept("2001:db8:0:1:ffff::3")).scope()).isEqualTo(Scope.ADDRESS);
        granted(accept("2001:db8:0:2::1"));
    }

    @Test
    void fifthConnectionOfASubnet_isRefused() throws Exception {
        for (var machine = 1; machine <= 4; machine++) {
            secured("192.0.2." + machine, PEERS.get(machine));
        }

        assertThat(refused(accept("192.0.2.5")))
                .isEqualTo(new Refusal(Scope.SUBNET, Resource.CONNECTIONS, "192.0.2.0/24", 4));
        granted(accept("192.0.3.5"));
    }

    @Test
    void ipv6SubnetsAre56BitsLong() throws Exception {
        for (var network = 1; network <= 4; network++) {
            secured("2001:db8:0:" + network + "::1", PEERS.get(network));
        }

        assertThat(refused(accept("2001:db8:0:ff::1")).subject()).isEqualTo("2001:db8:0:0:0:0:0:0/56");
        granted(accept("2001:db8:0:100::1"));
    }

    @Test
    void peerWithManyAddresses_getsNoMoreThanItsShare() throws Exception {
        for (var network = 1; network <= 3; network++) {
            secured("192.0." + network + ".1", PEERS.getFirst());
        }

        var place = granted(accept("192.0.9.1"));
        assertThat(place.secured(PEERS.getFirst()))
                .contains(new Refusal(
                        Scope.PEER, Resource.CONNECTIONS, PEERS.getFirst().toString(), 3));
    }

    @Test
    void strangersLeaveRoomForKnownPeersAndDials() throws Exception {
        for (var network = 0; network < 6; network++) {
            secured("192.0." + network + ".1", PEERS.get(network));
        }

        assertThat(granted(accept("192.1.0.1")).secured(PEERS.get(7)))
                .contains(new Refusal(Scope.STRANGERS, Resource.CONNECTIONS, "", 6));
        secured("192.1.0.1", FRIEND);
        granted(resources.dial(address("192.1.1.1"), PEERS.get(8)));
        assertThat(refused(resources.dial(address("192.1.1.1"), PEERS.get(9))))
                .isEqualTo(new Refusal(Scope.HOST, Resource.CONNECTIONS, "", 8));
    }

    @Test
    void newcomerFromAQuietSubnet_takesAPlaceOfTheBusiestThatIsSilent() throws Exception {
        var begun = granted(accept("192.0.2.1"));
        begun.beginHandshake();
        var silent = granted(accept("192.0.2.2"));
        granted(accept("192.0.2.3"));
        granted(accept("198.51.100.1"));

        var newcomer = granted(accept("203.0.113.1"));

        assertThat(evicted).hasValue(1);
        assertThat(silent.secured(PEERS.get(1)))
                .contains(new Refusal(Scope.HOST, Resource.HANDSHAKES, "", LIMITS.handshakes()));
        assertThat(begun.secured(PEERS.get(2))).isEmpty();
        assertThat(newcomer.secured(PEERS.get(3))).isEmpty();
    }

    @Test
    void newcomerFromTheBusiestSubnet_findsNoPlace() throws Exception {
        for (var machine = 1; machine <= 3; machine++) {
            granted(accept("192.0.2." + machine));
        }
        granted(accept("198.51.100.1"));

        assertThat(refused(accept("192.0.2.4")).resource()).isEqualTo(Resource.HANDSHAKES);
        assertThat(evicted).hasValue(0);
    }

    private Admission<ConnectionPlace> circuit(PeerId relay, PeerId peer) {
        return resources.acceptCircuit(relay, peer, evicted::incrementAndGet);
    }

    @Test
    void circuitsOfAllRelaysTogether_haveHalfOfTheConnections() throws Exception {
        var first = granted(circuit(PEERS.get(1), PEERS.get(2)));
        granted(circuit(PEERS.get(1), PEERS.get(3)));
        granted(circuit(PEERS.get(4), PEERS.get(5)));
        granted(circuit(PEERS.get(4), PEERS.get(6)));

        assertThat(refused(circuit(PEERS.get(7), PEERS.get(8))))
                .isEqualTo(new Refusal(Scope.CIRCUITS, Resource.CONNECTIONS, "", 4));
        first.close();
        granted(circuit(PEERS.get(7), PEERS.get(8)));
    }

    @Test
    void circuitsOfAllRelaysTogether_haveHalfOfStreamsAndMemory() {
        var connections = new ArrayList<ConnectionPlace>();
        for (var number = 1; number <= 3; number++) {
            var place = granted(circuit(PEERS.get(number), PEERS.get(3 + number)));
            assertThat(place.secured(PEERS.get(3 + number))).isEmpty();
            takeStreams(place, ResourceLimits.FREE_STREAMS);
            connections.add(place);
        }
        takeStreams(connections.get(0), 3);
        takeStreams(connections.get(1), 3);

        assertThat(refused(connections.get(2).acceptStream()))
                .isEqualTo(new Refusal(Scope.CIRCUITS, Resource.STREAMS, "", 6));
        var sixteenth = (1 << 20) / 16;
        var granted = IntStream.range(0, 12)
                .filter(number ->
                        memoryBehind(PEERS.get(number / 4), PEERS.get(number)).tryGrow(0, sixteenth))
                .count();
        assertThat(granted).as("sixteenths of the memory").isEqualTo(8);
    }

    private ReceiveBudget.Share memoryBehind(PeerId relay, PeerId peer) {
        var origin = Origin.Pair.ofCircuit(relay, peer);
        var place = new ConnectionPlace(resources, true, origin, () -> {});
        return resources.memoryOf(place, peer);
    }

    /** Two subnets share all places that strangers may have, four and two. */
    private List<ConnectionPlace> fullOfStrangers() throws Exception {
        var places = new ArrayList<ConnectionPlace>();
        for (var machine = 1; machine <= 4; machine++) {
            places.add(secured("192.0.2." + machine, PEERS.get(machine)));
        }
        places.add(secured("192.0.3.1", PEERS.get(5)));
        places.add(secured("192.0.3.2", PEERS.get(6)));
        return places;
    }

    @Test
    void newcomerFromAQuietSubnet_takesThePlaceOfTheBusiestsLongestIdle() throws Exception {
        var places = fullOfStrangers();
        now.addAndGet(Activity.IDLE / 2);
        places.get(0).carried(1);
        places.get(2).carried(1);
        places.get(3).carried(1);
        now.addAndGet(Activity.IDLE);

        secured("198.51.100.1", PEERS.get(7));

        assertThat(evicted).hasValue(1);
        places.get(1).close();
        assertThat(resources.usage().connections())
                .as("the second one's place was given away")
                .isEqualTo(6);
        assertThat(resources.usage().refused()).containsEntry(new Refused(Scope.SUBNET, Resource.CONNECTIONS), 1L);
    }

    @Test
    void connectionThatCarriesSomething_losesItsPlaceToNobody() throws Exception {
        var places = fullOfStrangers();
        for (var second = 0; second < 120; second++) {
            now.addAndGet(1_000_000_000L);
            places.forEach(place -> place.carried(Activity.LEAST));
        }

        assertThat(granted(accept("198.51.100.1")).secured(PEERS.get(7)))
                .contains(new Refusal(Scope.STRANGERS, Resource.CONNECTIONS, "", 6));
        assertThat(evicted).hasValue(0);
    }

    @Test
    void connectionThatIsOnlyKeptWarm_losesItsPlace() throws Exception {
        var places = fullOfStrangers();
        for (var second = 0; second < 120; second++) {
            now.addAndGet(1_000_000_000L);
            places.forEach(place -> place.carried(8));
        }

        secured("198.51.100.1", PEERS.get(7));
        assertThat(evicted).hasValue(1);
    }

    @Test
    void newConnectionsKnownPeersAndThoseKept_losePlacesToNobody() throws Exception {
        secured("192.0.2.1", FRIEND);
        var kept = new ArrayList<ConnectionPlace>();
        for (var machine = 2; machine <= 4; machine++) {
            kept.add(secured("192.0.2." + machine, PEERS.get(machine)));
        }
        kept.forEach(place -> place.keep(true));
        for (var network = 3; network <= 5; network++) {
            secured("192.0." + network + ".1", PEERS.get(2 + network));
        }
        assertThat(granted(accept("198.51.100.1")).secured(PEERS.get(8)))
                .as("all are new")
                .isPresent();
        now.addAndGet(2 * Activity.IDLE);

        assertThat(granted(accept("198.51.100.1")).secured(PEERS.get(8)))
                .as("none can be spared")
                .isPresent();
        assertThat(evicted).hasValue(0);
        kept.getFirst().keep(false);
        secured("198.51.100.2", PEERS.get(8));
        assertThat(evicted).hasValue(1);
    }

    /** Each eviction makes the shares more equal: whoever loses a place and comes back takes none from somebody else in turn. */
    @Test
    void evictedPeersThatComeBack_doNotEvictOnAndOn() throws Exception {
        fullOfStrangers();
        now.addAndGet(Activity.IDLE);
        var before = evicted.get();
        for (var round = 0; round < 50; round++) {
            for (var network = 2; network <= 5; network++) {
                if (accept("192.0." + network + ".9") instanceof Admission.Granted<ConnectionPlace> granted
                        && granted.place().secured(PEERS.get(7 + round % 2)).isPresent()) {
                    granted.place().close();
                }
                now.addAndGet(Activity.IDLE);
            }
        }

        assertThat(evicted.get() - before).isLessThanOrEqualTo(3);
    }

    /** A connection whose free streams are in use. */
    private ConnectionPlace busy(String address, PeerId peer) throws Exception {
        var place = secured(address, peer);
        takeStreams(place, ResourceLimits.FREE_STREAMS);
        return place;
    }

    private static void takeStreams(ConnectionPlace connection, int count) {
        for (var stream = 0; stream < count; stream++) {
            granted(connection.acceptStream());
        }
    }

    @Test
    void streamsAreCountedForPeerSubnetStrangersAndHost() throws Exception {
        var first = busy("192.0.2.1", PEERS.get(1));
        var second = busy("192.0.2.2", PEERS.get(2));
        var third = busy("192.0.3.1", PEERS.get(3));
        var friend = busy("192.0.4.1", FRIEND);
        takeStreams(first, 4);

        assertThat(refused(first.acceptStream()).scope()).isEqualTo(Scope.PEER);
        takeStreams(second, 3);
        assertThat(refused(second.acceptStream()).scope()).isEqualTo(Scope.SUBNET);
        takeStreams(third, 1);
        assertThat(refused(third.acceptStream()).scope()).isEqualTo(Scope.STRANGERS);
        takeStreams(friend, 4);
        assertThat(refused(busy("192.0.5.1", OTHER_FRIEND).acceptStream()).scope())
                .isEqualTo(Scope.HOST);
        assertThat(resources.usage().streams()).isEqualTo(12 + 5 * ResourceLimits.FREE_STREAMS);
    }

    @Test
    void newConnectionHasItsFreeStreams_whenAllOthersAreTaken() throws Exception {
        takeStreams(busy("192.0.2.1", PEERS.get(1)), 4);
        takeStreams(busy("192.0.3.1", PEERS.get(2)), 4);
        var newcomer = secured("192.0.4.1", PEERS.get(3));

        takeStreams(newcomer, ResourceLimits.FREE_STREAMS);

        assertThat(refused(newcomer.acceptStream()).scope()).isEqualTo(Scope.STRANGERS);
    }

    @Test
    void streamsAreCountedForTheirProtocol() throws Exception {
        var first = busy("192.0.2.1", PEERS.get(1));
        var second = busy("192.0.3.1", PEERS.get(2));
        for (var stream = 0; stream < 3; stream++) {
            assertThat(granted(first.acceptStream()).agreed("/a")).isEmpty();
            assertThat(granted(second.acceptStream()).agreed("/a")).isEmpty();
        }

        assertThat(granted(first.acceptStream()).agreed("/a"))
                .contains(new Refusal(Scope.PROTOCOL, Resource.STREAMS, "/a", 6));
        assertThat(resources.usage().refused()).containsEntry(new Refused(Scope.PROTOCOL, Resource.STREAMS), 1L);
    }

    @Test
    void seventhStreamOfAPeerOnOneProtocol_isRefused() throws Exception {
        var connection = secured("192.0.2.1", PEERS.getFirst());
        for (var stream = 0; stream < 6; stream++) {
            assertThat(granted(connection.acceptStream()).agreed("/a")).isEmpty();
        }

        var seventh = granted(connection.acceptStream());
        assertThat(seventh.agreed("/a"))
                .contains(new Refusal(Scope.PEER_AND_PROTOCOL, Resource.STREAMS, PEERS.getFirst() + " /a", 6));
        seventh.close();
        assertThat(granted(connection.acceptStream()).agreed("/b")).isEmpty();
    }

    @Test
    void connectionThatClosesWhileItIsSecured_holdsNothing() throws Exception {
        var place = granted(accept("192.0.2.1"));
        place.close();

        assertThat(place.secured(PEERS.getFirst())).isEmpty();
        assertThat(resources.keys()).isZero();
        assertThat(resources.usage().handshakes()).isZero();
    }

    /** Whatever comes and goes in whatever order, nothing stays counted in the end. */
    @Test
    void everythingIsGivenBack() throws Exception {
        for (var seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var open = new ArrayList<AutoCloseable>();
            var connections = new ArrayList<ConnectionPlace>();
            for (var step = 0; step < 300; step++) {
                var peer = PEERS.get(random.nextInt(PEERS.size()));
                var address = "192.0." + random.nextInt(3) + "." + random.nextInt(3);
                switch (random.nextInt(6)) {
                    case 0 -> keep(accept(address), open, connections);
                    case 1 -> keep(resources.dial(address(address), peer), open, connections);
                    case 2 -> {
                        if (!connections.isEmpty()) {
                            var secured = connections.get(random.nextInt(connections.size()));
                            if (secured.secured(peer).isPresent()) {
                                connections.remove(secured);
                                secured.close();
                            }
                        }
                    }
                    case 3, 4 -> {
                        if (!connections.isEmpty()) {
                            var connection = connections.get(random.nextInt(connections.size()));
                            if (connection.secured(peer).isEmpty()
                                    && connection.acceptStream() instanceof Admission.Granted<StreamPlace> stream) {
                                stream.place().agreed("/" + random.nextInt(3));
                                open.add(stream.place());
                            }
                        }
                    }
                    default -> {
                        if (!open.isEmpty()) {
                            open.remove(random.nextInt(open.size())).close();
                        }
                    }
                }
            }
            for (var each : open) {
                each.close();
                each.close();
            }
            assertThat(resources.keys()).as("seed " + seed).isZero();
            assertThat(resources.usage().handshakes()).as("seed " + seed).isZero();
        }
    }

    private static void keep(
            Admission<ConnectionPlace> admission, List<AutoCloseable> open, List<ConnectionPlace> connections) {
        if (admission instanceof Admission.Granted<ConnectionPlace> granted) {
            open.add(granted.place());
            connections.add(granted.place());
        }
    }
}
