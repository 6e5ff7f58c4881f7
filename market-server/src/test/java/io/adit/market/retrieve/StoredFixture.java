package io.adit.market.retrieve;

import io.adit.core.fil.CommP;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.core.ipld.UnixFsPacker;
import io.adit.market.index.IndexOutcome;
import io.adit.market.index.PieceIndex;
import io.adit.market.index.PieceIndexer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** A provider with an index, pieces in files, and the server over them on a real socket. */
public final class StoredFixture implements AutoCloseable {
    private final Path directory;
    private final PieceIndex index;
    private final Map<Commitment, PieceLookup> pieces = new ConcurrentHashMap<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RetrievalServer server;

    /** A file, packed and stored as a piece. */
    public record Stored(byte[] content, Cid root, PieceInfo piece, Path car) {}

    public StoredFixture(Path directory, RetrievalLimits limits) throws IOException {
        this(directory, limits, GatewayOptions.NONE);
    }

    public StoredFixture(Path directory, RetrievalLimits limits, GatewayOptions options) throws IOException {
        this(directory, limits, options, ContentPolicy.SERVE_ALL);
    }

    StoredFixture(Path directory, RetrievalLimits limits, GatewayOptions options, ContentPolicy policy)
            throws IOException {
        this.directory = directory;
        index = PieceIndex.open(directory.resolve("index"));
        server = RetrievalServer.start(
                RetrievalServer.DEFAULT_ADDRESS,
                index,
                commP -> pieces.getOrDefault(commP, new PieceLookup.Unknown()),
                policy,
                List.of(),
                options,
                limits,
                registry);
    }

    /** Packs random bytes and stores them. */
    public Stored store(int size, long seed, UnixFsOptions options) throws IOException {
        var content = new byte[size];
        new Random(seed).nextBytes(content);
        var file = Files.write(directory.resolve("file-" + seed), content);
        var car = directory.resolve("piece-" + seed + ".car");
        var packed = UnixFsPacker.pack(file, car, options);
        return new Stored(content, packed.root(), storeCar(car), car);
    }

    /** Stores a file as a piece, and indexes it if it can be. */
    public PieceInfo storeCar(Path car) throws IOException {
        PieceInfo piece;
        try (var in = Files.newInputStream(car)) {
            piece = CommP.of(in);
        }
        pieces.put(piece.commP(), new PieceLookup.Here(new StoredPiece(piece, Files.size(car), car)));
        new PieceIndexer(index).index(piece.commP(), car);
        return piece;
    }

    /** The stored blocks, as they are served by other protocols. */
    public ServedBlocks blocks(ContentPolicy policy) {
        return new ServedBlocks(index, commP -> pieces.getOrDefault(commP, new PieceLookup.Unknown()), policy);
    }

    public IndexOutcome indexAgain(PieceInfo piece, Path car) {
        return new PieceIndexer(index).index(piece.commP(), car);
    }

    /** Makes a piece one of which no unsealed copy is left. */
    public void dropCopy(PieceInfo piece) {
        pieces.put(piece.commP(), new PieceLookup.NoCopy());
    }

    /** Loses what a piece's file holds from {@code size} on, which shows only when it is read. */
    public void lose(Stored stored, long size) throws IOException {
        try (var file = FileChannel.open(stored.car(), StandardOpenOption.WRITE)) {
            file.truncate(size);
        }
        pieces.put(stored.piece().commP(), new PieceLookup.Here(new StoredPiece(stored.piece(), size, stored.car())));
    }

    /** Forgets a piece altogether, as far as the catalogue goes. */
    public void forget(PieceInfo piece) {
        pieces.remove(piece.commP());
    }

    public URI base() {
        return URI.create("http://127.0.0.1:" + server.address().getPort());
    }

    public SimpleMeterRegistry registry() {
        return registry;
    }

    public PieceIndex index() {
        return index;
    }

    @Override
    public void close() {
        server.close();
        index.close();
    }
}
