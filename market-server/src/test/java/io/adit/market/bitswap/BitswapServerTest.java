package io.adit.market.bitswap;

import static io.adit.market.bitswap.Asker.wantBlock;
import static io.adit.market.bitswap.Asker.wantHave;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.core.ipld.CarReader;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.libp2p.Host;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.wire.Delimited;
import io.adit.libp2p.wire.Protobuf;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.StoredFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server over real sockets, asked by hosts of ours that do as they like. */
@Timeout(300)
class BitswapServerTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String NEWEST = "/ipfs/bitswap/1.2.0";
    private static final BitswapLimits LIMITS =
            new BitswapLimits(16, 4, 2, Duration.ofSeconds(3), 1024, LONG, Duration.ofSeconds(1));
    private static final Cid NOWHERE = Cid.rawSha256("nowhere".getBytes(US_ASCII));

    @TempDir
    private Path folder;

    private StoredFixture provider;
    private StoredFixture.Stored file;
    private Map<Cid, byte[]> blocks = Map.of();
    private final List<Cid> blocked = new CopyOnWriteArrayList<>();
    private volatile boolean isOnVirtualThread;
    private BitswapServer server;
    private Host host;
    private Multiaddr address;

    @BeforeEach
    void open() throws Exception {
        provider = new StoredFixture(folder, RetrievalLimits.DEFAULTS);
        file = provider.store(4_000_000, 1, new UnixFsOptions(100_000, 8, Optional.empty()));
        blocks = read(file.car());
        ContentPolicy policy = cid -> {
            isOnVirtualThread |= Thread.currentThread().isVirtual();
            return blocked.contains(cid);
        };
        server = new BitswapServer(() -> provider.blocks(policy), LIMITS, provider.registry());
        host = server.serveOn(Host.builder()
                        .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                        .listen("/ip4/127.0.0.1/tcp/0"))
                .build();
        host.start();
        address = host.addresses().getFirst();
    }

    @AfterEach
    void close() {
        host.close();
        server.close();
        provider.close();
        assertThat(isOnVirtualThread).isFalse();
    }

    @Test
    void whatIsWanted_comesInMessagesThatPeersRead() throws Exception {
        try (var client = Asker.speaking(NEWEST, address)) {
            client.ask(blocks.keySet().stream().map(Asker::wantBlock).toArray(byte[][]::new));

            // 46 blocks, where 16 may wait: the rest is read when there is room.
            var got = new HashMap<Cid, byte[]>();
            int messages = 0;
            while (got.size() < blocks.size()) {
                got.putAll(blocksOf(client.next()));
                messages++;
            }
            assertThat(got).containsOnlyKeys(blocks.keySet());
            assertThat(got).allSatisfy((cid, bytes) -> assertThat(bytes).isEqualTo(blocks.get(cid)));
            assertThat(messages).isBetween(4_000_000 / (PeerAnswers.TARGET + 200_000), 46);
        }
        await().atMost(LONG).until(() -> server.peers() == 0);
        assertThat(counted("adit.bitswap.answers", "kind", "block")).isEqualTo(blocks.size());
    }

    @Test
    void questionsAreAnswered_withoutTheBlockUnlessItIsShort() throws Exception {
        var leaf = largest();
        var node = blocks.entrySet().stream()
                .filter(block -> block.getValue().length <= PeerAnswers.SHORT_BLOCK)
                .findFirst()
                .orElseThrow();
        var inline = Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, "inline".getBytes(US_ASCII)));
        var unasked = Cid.rawSha256("not asked to be told".getBytes(US_ASCII));
        try (var client = Asker.speaking(NEWEST, address)) {
            client.ask(
                    wantHave(leaf),
                    wantHave(node.getKey()),
                    wantHave(NOWHERE),
                    wantBlock(inline),
                    WantlistReaderTest.entry(unasked, "1001"));

            var got = new HashMap<Cid, byte[]>();
            var here = new HashMap<Cid, Boolean>();
            while (got.size() + here.size() < 4) {
                var message = client.next();
                got.putAll(blocksOf(message));
                here.putAll(presencesOf(message));
            }
            assertThat(got).containsOnlyKeys(node.getKey(), inline);
            assertThat(got.get(inline)).isEqualTo("inline".getBytes(US_ASCII));
            assertThat(here).isEqualTo(Map.of(leaf, true, NOWHERE, false));

            // What comes next shows that nothing was said of the other.
            client.ask(wantBlock(NOWHERE));
            assertThat(presencesOf(client.next())).isEqualTo(Map.of(NOWHERE, false));
        }
    }

    @Test
    void olderClients_getBlocksInTheirShape() throws Exception {
        try (var client = Asker.speaking("/ipfs/bitswap/1.1.0", address)) {
            client.ask(wantBlock(file.root()), wantHave(largest()), wantBlock(NOWHERE));
            var message = client.next();
            assertThat(blocksOf(message)).containsOnlyKeys(file.root());
            assertThat(message.repeated(4)).isEmpty();
        }
        for (var old : List.of("/ipfs/bitswap/1.0.0", "/ipfs/bitswap")) {
            try (var client = Asker.speaking(old, address)) {
                client.ask(wantBlock(file.root()));
                assertThat(client.next().repeated(2)).containsExactly(blocks.get(file.root()));
            }
        }
    }

    @Test
    void whatIsDeniedOrNotHere_isNotServed() throws Exception {
        blocked.add(file.root());
        try (var client = Asker.speaking(NEWEST, address)) {
            client.ask(wantBlock(file.root()));
            assertThat(presencesOf(client.next())).isEqualTo(Map.of(file.root(), false));

            blocked.clear();
            provider.dropCopy(file.piece());
            await().atMost(LONG).until(() -> {
                client.ask(wantHave(largest()));
                return presencesOf(client.next()).equals(Map.of(largest(), false));
            });
        }
    }

    @Test
    void whatCannotBeRead_isNotHere_andTheOthersCome() throws Exception {
        // Blocks of 100,000 bytes, of which the first is held and the others are read as they are sent.
        provider.lose(file, 1_950_000);
        try (var client = Asker.speaking(NEWEST, address)) {
            client.ask(blocks.keySet().stream().map(Asker::wantBlock).toArray(byte[][]::new));
            var got = new HashMap<Cid, byte[]>();
            var here = new HashMap<Cid, Boolean>();
            while (got.size() + here.size() < blocks.size()) {
                var message = client.next();
                got.putAll(blocksOf(message));
                here.putAll(presencesOf(message));
            }
            // 19 leaves, and the nodes over twice eight of them.
            assertThat(got.size()).isEqualTo(21);
            assertThat(got).allSatisfy((cid, bytes) -> assertThat(bytes).isEqualTo(blocks.get(cid)));
            assertThat(here)
                    .doesNotContainValue(true)
                    .doesNotContainKeys(got.keySet().toArray(Cid[]::new));
        }
    }

    @Test
    void whatCannotBeRead_isReadFromAnotherPiece() throws Exception {
        var car = Files.readAllBytes(file.car());
        var more = Cid.rawSha256(new byte[] {1});
        var section = ByteBuffer.allocate(more.bytes().length + 2)
                .put((byte) (more.bytes().length + 1))
                .put(more.bytes())
                .put((byte) 1);
        var other = Files.write(folder.resolve("other.car"), car);
        Files.write(other, section.array(), StandardOpenOption.APPEND);
        provider.storeCar(other);
        provider.lose(file, 1_950_000);
        try (var client = Asker.speaking(NEWEST, address)) {
            client.ask(blocks.keySet().stream().map(Asker::wantBlock).toArray(byte[][]::new));
            var got = new HashMap<Cid, byte[]>();
            while (got.size() < blocks.size()) {
                got.putAll(blocksOf(client.next()));
            }
            assertThat(got).allSatisfy((cid, bytes) -> assertThat(bytes).isEqualTo(blocks.get(cid)));
        }
        assertThat(counted("adit.bitswap.dropped", "reason", "failed")).isZero();
    }

    @Test
    void whoDoesNotRead_holdsUpNobodyElse() throws Exception {
        var never = new CountDownLatch(1);
        var deaf = new ArrayList<Asker>();
        try {
            // More of them than there are turns.
            for (int i = 0; i < 4; i++) {
                var one = Asker.reading(address, stream -> never.await());
                deaf.add(one);
                one.ask(blocks.keySet().stream().map(Asker::wantBlock).toArray(byte[][]::new));
            }
            try (var client = Asker.speaking(NEWEST, address)) {
                client.ask(blocks.keySet().stream().map(Asker::wantBlock).toArray(byte[][]::new));
                var got = new HashMap<Cid, byte[]>();
                while (got.size() < blocks.size()) {
                    got.putAll(blocksOf(client.next()));
                }
            }
            await().atMost(LONG).until(() -> counted("adit.bitswap.dropped", "reason", "stalled") >= 4);
        } finally {
            never.countDown();
            deaf.forEach(Asker::close);
        }
        await().atMost(LONG).until(() -> server.peers() == 0);
    }

    @Test
    void whoEndsTheStreamOfAnswers_isAnsweredOnAnother() throws Exception {
        var came = new LinkedBlockingQueue<byte[]>();
        var reader = new Object() {
            void readOne(Stream stream) throws IOException {
                came.add(Delimited.read(stream.input(), WantlistReader.MAX_MESSAGE));
                throw new IOException("enough of this stream");
            }
        };
        try (var client = Asker.reading(address, reader::readOne);
                var stream = client.open()) {
            for (int i = 0; i < 5; i++) {
                Asker.send(stream, wantHave(NOWHERE));
                // An answer that was under way when the stream ended is lost; clients ask again.
                while (came.poll(5, TimeUnit.SECONDS) == null) {
                    Asker.send(stream, wantHave(NOWHERE));
                }
                came.clear();
            }
        }
    }

    @Test
    void onePeerHasSoManyStreams() throws Exception {
        try (var client = Asker.speaking(NEWEST, address)) {
            var streams = new ArrayList<Stream>();
            for (int i = 0; i < LIMITS.streamsPerPeer(); i++) {
                var stream = client.open();
                streams.add(stream);
                Asker.send(stream, wantHave(NOWHERE));
                client.next();
            }
            // The reset may come before the client has read that the protocol is spoken.
            assertThatThrownBy(() -> readOne(client.open()))
                    .isInstanceOf(Libp2pException.class)
                    .hasMessageContaining("reset");

            // Those that it has go on, and one that ends makes room.
            Asker.send(streams.getFirst(), wantHave(NOWHERE));
            client.next();
            streams.getLast().close();
            await().atMost(LONG).until(() -> {
                try (var another = client.open()) {
                    Asker.send(another, wantHave(NOWHERE));
                    another.setReadDeadline(LONG);
                    another.closeWrite();
                    return another.input().read() < 0;
                } catch (Libp2pException e) {
                    return false;
                }
            });
        }
    }

    @Test
    void whatIsNoMessage_resetsItsStream() throws Exception {
        try (var client = Asker.speaking(NEWEST, address)) {
            var stream = client.open();
            stream.write(new byte[] {3, 0x0a, 5, 0}, 0, 4);
            assertThatThrownBy(() -> readOne(stream)).hasMessageContaining("reset");

            client.ask(wantBlock(file.root()));
            assertThat(blocksOf(client.next())).containsOnlyKeys(file.root());
        }
    }

    private static int readOne(Stream stream) throws IOException {
        stream.setReadDeadline(LONG);
        return stream.input().read();
    }

    private Cid largest() {
        return blocks.entrySet().stream()
                .max(Map.Entry.comparingByValue((left, right) -> Integer.compare(left.length, right.length)))
                .orElseThrow()
                .getKey();
    }

    private double counted(String name, String tag, String value) {
        return provider.registry().get(name).tag(tag, value).counter().count();
    }

    private static Map<Cid, byte[]> read(Path car) throws IOException {
        var blocks = new HashMap<Cid, byte[]>();
        try (var reader = new CarReader(Files.newInputStream(car))) {
            for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                blocks.put(entry.get().cid(), entry.get().data());
            }
        }
        return Map.copyOf(blocks);
    }

    private Map<Cid, byte[]> blocksOf(Protobuf message) {
        var got = new HashMap<Cid, byte[]>();
        for (var payload : message.repeated(3)) {
            var block = Protobuf.parse(payload, 2);
            var data = block.bytes(2).orElseThrow();
            var prefix = block.bytes(1).orElseThrow();
            var digest =
                    prefix[2] == Multihash.IDENTITY ? Multihash.of(Multihash.IDENTITY, data) : Multihash.sha256Of(data);
            got.put(Cid.of(prefix[1], digest), data);
        }
        return got;
    }

    private static Map<Cid, Boolean> presencesOf(Protobuf message) {
        var said = new HashMap<Cid, Boolean>();
        for (var each : message.repeated(4)) {
            var presence = Protobuf.parse(each, 2);
            said.put(
                    Cid.fromBytes(presence.bytes(1).orElseThrow()),
                    presence.varint(2).orElse(0) == 0);
        }
        return said;
    }
}
