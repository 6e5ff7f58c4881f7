package io.adit.market.ipni;

import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceInfo;
import io.adit.core.ipld.CarReader;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.core.ipld.UnixFsPacker;
import io.adit.core.state.PieceRecord;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateStore;
import io.adit.core.task.SteppedClock;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.GoTools;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import io.adit.market.retrieve.PieceCatalog;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.RetrievalServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A provider with pieces in its state and on disk, and its chain served over HTTP. */
final class IpniFixture implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final IpniWays HTTP_ONLY =
            new IpniWays(List.of(Multiaddr.parse("/dns4/provider.example.org/tcp/443/https")), List.of());

    final SteppedClock clock = new SteppedClock(Instant.parse("2026-11-23T12:00:00Z"));
    final Set<Cid> denied = ConcurrentHashMap.newKeySet();
    private final Path folder;
    private final Identity identity;
    private final List<URI> indexers;
    private final EntryMaker maker;
    private final long entryBytes;
    private final StateStore store;
    private final PieceIndex index;
    private final IpniPublisher publisher;
    private final RetrievalServer server;

    /** A piece that was stored. */
    record Stored(PieceInfo piece, Path file, Cid root) {}

    /** What an indexer has read, newest first. */
    record Read(String head, List<Ad> ads) {
        List<Ad> additions() {
            return ads.stream()
                    .filter(ad -> !ad.removal() && !ad.entries().isEmpty())
                    .toList();
        }
    }

    /** An advertisement as an indexer has read it. */
    record Ad(
            boolean removal,
            String context,
            String metadata,
            List<String> addresses,
            List<Integer> chunks,
            List<String> entries) {}

    IpniFixture(Path folder, Identity identity, List<URI> indexers, int capacity, long entryBytes) throws IOException {
        this.folder = folder;
        this.identity = identity;
        this.indexers = indexers;
        this.maker = new EntryMaker(capacity);
        this.entryBytes = entryBytes;
        store = SqlStateStore.sqlite(folder.resolve("state.db"));
        index = PieceIndex.open(folder.resolve("index"));
        publisher = new IpniPublisher(
                new IpniPublisher.Parts(identity, store, index, PieceCatalog.of(store), denied::contains, clock),
                () -> HTTP_ONLY,
                new IpniSettings(indexers, folder.resolve("entries"), entryBytes, Duration.ofHours(1), PATIENCE),
                maker);
        server = RetrievalServer.start(
                RetrievalServer.DEFAULT_ADDRESS,
                index,
                PieceCatalog.of(store),
                denied::contains,
                publisher.pages(),
                RetrievalLimits.DEFAULTS,
                new SimpleMeterRegistry());
    }

    /** This node, killed and started again. */
    IpniFixture restarted() throws IOException {
        close();
        return new IpniFixture(folder, identity, indexers, 16, entryBytes);
    }

    Stored storeFile(int size, long seed, int chunk) throws IOException {
        var content = new byte[size];
        new Random(seed).nextBytes(content);
        var file = Files.write(folder.resolve("file-" + seed), content);
        var car = folder.resolve("piece-" + seed + ".car");
        var packed = UnixFsPacker.pack(file, car, new UnixFsOptions(chunk, 10, Optional.empty()));
        return store(car, packed.root());
    }

    Stored store(Path file, Cid root) throws IOException {
        PieceInfo piece;
        try (var in = Files.newInputStream(file)) {
            piece = CommP.of(in);
        }
        var now = clock.instant();
        store.transactVoid(tx -> tx.pieces()
                .insertIfAbsent(new PieceRecord(
                        piece.commP(),
                        piece.size(),
                        size(file),
                        Optional.of(root),
                        Optional.of(file),
                        true,
                        now,
                        now,
                        0)));
        new PieceIndexer(index).index(piece.commP(), file);
        return new Stored(piece, file, root);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void dropCopy(Stored stored) {
        store.transactVoid(tx -> {
            var record = tx.pieces().find(stored.piece().commP()).orElseThrow();
            tx.pieces().update(record.withFile(Optional.empty()));
        });
        new PieceIndexer(index).forget(stored.piece().commP());
    }

    StateStore state() {
        return store;
    }

    IpniPublisher publisher() {
        return publisher;
    }

    int publish() throws InterruptedException {
        return publisher.publish(HTTP_ONLY);
    }

    int publish(List<String> bitswap) throws InterruptedException {
        return publisher.publish(new IpniWays(
                HTTP_ONLY.http(), bitswap.stream().map(Multiaddr::parse).toList()));
    }

    String peer() {
        return identity.peerId().toString();
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + server.address().getPort());
    }

    /** The multihashes of a piece's blocks, in hexadecimal. */
    static Set<String> blocks(Stored stored) throws IOException {
        var all = new HashSet<String>();
        try (var car = new CarReader(Files.newInputStream(stored.file()))) {
            for (var entry = car.next(); entry.isPresent(); entry = car.next()) {
                all.add(HexFormat.of().formatHex(entry.get().cid().multihash().bytes()));
            }
        }
        return all;
    }

    /** Reads the chain with the libraries that indexers are made of. */
    Read read(String path) throws IOException, InterruptedException {
        var process = new ProcessBuilder(GoTools.build("ipnisync").toString(), base() + path, peer())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var head = "";
        var ads = new ArrayList<Ad>();
        try (var out = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = out.readLine(); line != null; line = out.readLine()) {
                var words = line.split(" ", -1);
                switch (words[0]) {
                    case "head" -> head = words[1];
                    case "ad" ->
                        ads.add(new Ad(
                                words[2].equals("rm=true"),
                                words[3],
                                words[4],
                                List.of(words[5].split(",")),
                                new ArrayList<>(),
                                new ArrayList<>()));
                    case "chunk" -> ads.getLast().chunks().add(Integer.parseInt(words[2]));
                    default -> ads.getLast().entries().add(words[0]);
                }
            }
        }
        if (process.waitFor() != 0) {
            throw new IOException("the reader of the chain ended with " + process.exitValue());
        }
        return new Read(head, ads);
    }

    @Override
    public void close() {
        server.close();
        publisher.close();
        index.close();
        store.close();
    }
}
