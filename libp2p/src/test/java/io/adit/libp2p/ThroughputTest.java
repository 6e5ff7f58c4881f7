package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.io.DataInputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One stream of {@code throughput.mib} MiB (1024) from each implementation to each, over TCP (Noise, Yamux) and over QUIC,
 * in turns, between two processes, and within one for each implementation by itself, {@code throughput.rounds} times (3)
 * after {@code throughput.warmup} rounds (1) that do not count. Prints a JSON row for each pair, of medians over the rounds; a
 * ratio is the median of the rounds' ratios. The counts must be exact, the ratios are for the reader: how fast a shared
 * machine is proves nothing.
 */
@Tag("slow")
@Timeout(1800)
class ThroughputTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String BULK = "/adit/test/bulk/1.0.0";
    private static final int BLOCK = 256 << 10;

    private final long amount = Long.getLong("throughput.mib", 1024) << 20;
    private final int rounds = Integer.getInteger("throughput.rounds", 3);
    private final int warmUps = Integer.getInteger("throughput.warmup", 1);
    private final String transports = System.getProperty("throughput.transports", "tcp quic");
    private final String only = System.getProperty("throughput.only", "");
    private final OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final List<Host> hosts = new ArrayList<>();
    private final Map<Pair, List<Transfer>> transfers = new EnumMap<>(Pair.class);
    private GoPeer go;
    private GoPeer otherGo;

    /** Where both ends are in one process no other has to be woken: that is compared with the same of Go only. */
    private enum Pair {
        GO_TO_GO,
        GO_TO_ADIT,
        ADIT_TO_GO,
        GO_INSIDE,
        ADIT_INSIDE;

        private Pair peer() {
            return this == ADIT_INSIDE || this == GO_INSIDE ? GO_INSIDE : GO_TO_GO;
        }
    }

    /** CPU seconds a GiB, of the user and of the system; {@link #cpu} is that of both ends together. */
    private record Transfer(double mebibytesPerSecond, double aditCpu, double goCpu) {
        private double cpu() {
            return aditCpu + goCpu;
        }
    }

    /** Two hosts of this kind on one transport, and where the Go peer's two are on it. */
    private record Hosts(Host sender, Host receiver, Multiaddr goInside, Multiaddr goReceiver) {}

    @SuppressWarnings("NullAway.Init") // startPeer runs before every test
    ThroughputTest() {}

    @BeforeEach
    void startPeer() throws Exception {
        go = GoPeer.startOrSkip();
        otherGo = GoPeer.startOrSkip();
    }

    @AfterEach
    void stop() {
        hosts.forEach(Host::close);
        if (go != null) {
            go.close();
        }
        if (otherGo != null) {
            otherGo.close();
        }
    }

    @Test
    void overTcp() throws Exception {
        compare("tcp", "/ip4/127.0.0.1/tcp/0", go.address(KeyType.ECDSA), otherGo.address(KeyType.ECDSA), 1.0);
    }

    @Test
    void overQuic() throws Exception {
        compare(
                "quic",
                "/ip4/127.0.0.1/udp/0/quic-v1",
                go.quicAddress(KeyType.ECDSA),
                otherGo.quicAddress(KeyType.ECDSA),
                0.8);
    }

    private void compare(String transport, String listen, Multiaddr goInside, Multiaddr goReceiver, double goal)
            throws Exception {
        Assumptions.assumeTrue(transports.contains(transport));
        var pairs = only.isEmpty() ? List.of(Pair.values()) : List.of(Pair.valueOf(only));
        var both = new Hosts(start(listen), start(listen), goInside, goReceiver);
        for (var round = -warmUps; round < rounds; round++) {
            for (var pair : pairs) {
                var transfer = transfer(pair, both, amount);
                if (round >= 0) {
                    transfers.computeIfAbsent(pair, key -> new ArrayList<>()).add(transfer);
                }
            }
        }
        for (var pair : pairs) {
            print(transport, pair, goal);
        }
    }

    private Host start(String listen) throws Libp2pException {
        var host = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                .listen(listen)
                .protocol(BULK, ThroughputTest::receive)
                .build();
        hosts.add(host);
        host.start();
        return host;
    }

    private static void receive(Stream stream) throws java.io.IOException {
        var block = new byte[BLOCK];
        var count = 0L;
        for (var read = stream.read(block, 0, BLOCK); read >= 0; read = stream.read(block, 0, BLOCK)) {
            count += read;
        }
        stream.output().write(ByteBuffer.allocate(8).putLong(count).array());
    }

    private Transfer transfer(Pair pair, Hosts both, long bytes) throws Exception {
        var aditBefore = process.getProcessCpuTime();
        var goBefore = goCpuNanos();
        var elapsed = switch (pair) {
            case GO_TO_GO -> fromGo(both.goReceiver(), bytes);
            case GO_INSIDE -> fromGo(both.goInside(), bytes);
            case GO_TO_ADIT -> fromGo(both.receiver().addresses().getFirst(), bytes);
            case ADIT_TO_GO -> send(both.sender(), both.goReceiver(), bytes);
            case ADIT_INSIDE -> send(both.sender(), both.receiver().addresses().getFirst(), bytes);
        };
        var gibibytes = bytes / (double) (1 << 30);
        return new Transfer(
                gibibytes * 1024 / (elapsed / 1e9),
                (process.getProcessCpuTime() - aditBefore) / 1e9 / gibibytes,
                (goCpuNanos() - goBefore) / 1e9 / gibibytes);
    }

    private long goCpuNanos() throws Exception {
        return Long.parseLong(go.run(KeyType.ED25519, "cpu")) + Long.parseLong(otherGo.run(KeyType.ED25519, "cpu"));
    }

    private long fromGo(Multiaddr to, long bytes) throws Exception {
        go.run(KeyType.ED25519, "connect", to);
        var answer = go.run(KeyType.ED25519, "bulk", to.peerId().orElseThrow(), bytes)
                .split(" ");
        assertThat(Long.parseLong(answer[0])).isEqualTo(bytes);
        return Long.parseLong(answer[1]);
    }

    private static long send(Host host, Multiaddr to, long bytes) throws Exception {
        try (var stream = host.newStream(to, List.of(BULK), TIMEOUT)) {
            var began = System.nanoTime();
            var block = new byte[BLOCK];
            for (var left = bytes; left > 0; left -= Math.min(left, BLOCK)) {
                stream.write(block, 0, (int) Math.min(left, BLOCK));
            }
            stream.closeWrite();
            assertThat(new DataInputStream(stream.input()).readLong()).isEqualTo(bytes);
            return System.nanoTime() - began;
        }
    }

    private void print(String transport, Pair pair, double goal) {
        var peer = transfers.containsKey(pair.peer()) ? pair.peer() : pair;
        var ratio = ratio(pair, peer, Transfer::mebibytesPerSecond);
        System.out.printf(
                Locale.ROOT,
                "{\"bench\":\"libp2p-%s\",\"metric\":\"%s\",\"unit\":\"MiB/s\",\"adit\":%.0f,\"peer\":%.0f,"
                        + "\"peerName\":\"go-libp2p to go-libp2p\",\"peerVersion\":\"0.51.0\",\"ratio\":%.2f,"
                        + "\"goal\":%.1f,\"met\":%b,\"aditCpuSecondsPerGiB\":%.2f,\"goCpuSecondsPerGiB\":%.2f,"
                        + "\"cpuRatio\":%.2f,\"rounds\":\"%s\",\"cpuRounds\":\"%s\"}%n",
                transport,
                pair.name().toLowerCase(Locale.ROOT),
                median(rounds(pair, Transfer::mebibytesPerSecond)),
                median(rounds(peer, Transfer::mebibytesPerSecond)),
                ratio,
                goal,
                ratio >= goal,
                median(rounds(pair, Transfer::aditCpu)),
                median(rounds(pair, Transfer::goCpu)),
                ratio(pair, peer, Transfer::cpu),
                printed(rounds(pair, Transfer::mebibytesPerSecond), "%.0f"),
                printed(rounds(pair, Transfer::cpu), "%.2f"));
    }

    private double[] rounds(Pair pair, ToDoubleFunction<Transfer> figure) {
        return Objects.requireNonNull(transfers.get(pair)).stream()
                .mapToDouble(figure)
                .toArray();
    }

    /** The median of what each round gives: what slows a machine down for a while slows both. */
    private double ratio(Pair pair, Pair peer, ToDoubleFunction<Transfer> figure) {
        var ours = rounds(pair, figure);
        var theirs = rounds(peer, figure);
        return median(IntStream.range(0, ours.length)
                .mapToDouble(round -> ours[round] / theirs[round])
                .toArray());
    }

    private static double median(double[] figures) {
        var sorted = figures.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static String printed(double[] figures, String format) {
        return Arrays.stream(figures)
                .mapToObj(figure -> String.format(Locale.ROOT, format, figure))
                .collect(Collectors.joining(" "));
    }
}
