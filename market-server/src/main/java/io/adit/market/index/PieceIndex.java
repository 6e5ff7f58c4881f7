package io.adit.market.index;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Multihash;
import io.adit.core.ipld.Varint;
import io.adit.core.task.CrashPoints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.EnvOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The multihash index over all pieces (RocksDB).
 *
 * <p>Column family {@code default}: key = digest, varint of the hash function's code, piece ordinal (4 bytes, big
 * endian); value = varint offset, varint length. The digest stands first so that keys spread evenly and sort by their
 * first bytes; the ordinal stands last so that all pieces holding one block are neighbours. Pieces are numbered because
 * an ordinal takes 4 bytes in every entry where a CID takes 32.
 *
 * <p>Column family {@code pieces}: ordinal to state and CommP, and CommP to ordinal. A piece's blocks count only once its
 * state is {@code INDEXED}, which is written, synced, after its last run was ingested: a crash in between leaves entries
 * that nobody sees and that indexing the piece again overwrites.
 *
 * <p>Entries reach the database as sorted files that RocksDB ingests as they are, which costs a quarter of the CPU of
 * writing them one by one. Identity hashes carry their data in the CID and are not stored.
 *
 * <p>Safe for use by many threads; one piece is indexed at a time, look-ups go on meanwhile.
 */
public final class PieceIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PieceIndex.class);
    private static final int MAX_COPIES = 64;
    /** Entries of forgotten pieces that a look-up steps over before it gives up. */
    private static final int MAX_SCANNED = 4096;

    private final Path runs;
    private final int runCapacity;
    private final IndexOptions options;
    private final RocksDB db;
    private final ColumnFamilyHandle blocks;
    private final ColumnFamilyHandle pieceFamily;
    private final PieceTable pieces;
    private final ReentrantLock writing = new ReentrantLock();

    /**
     * Opens the index, making it when there is none. A damaged database is set aside: {@link #find} then knows no piece, and
     * they are to be indexed again.
     *
     * @param directory where it lives; nothing else may be in there
     */
    public static PieceIndex open(Path directory) {
        return open(directory, SortedRun.CAPACITY);
    }

    /** As {@link #open(Path)}, with runs of at most {@code runCapacity} entries. */
    static PieceIndex open(Path directory, int runCapacity) {
        RocksDB.loadLibrary();
        try {
            return tryOpen(directory, runCapacity);
        } catch (RocksDBException e) {
            if (!isDamaged(e)) {
                throw cannotOpen(directory, e);
            }
            LOG.error(
                    "The piece index in {} is damaged; it is set aside as db-damaged and made again from the unsealed"
                            + " copies of the pieces: {}",
                    directory,
                    e.getMessage());
        } catch (IOException e) {
            throw cannotOpen(directory, e);
        }
        try {
            setAside(directory);
            return tryOpen(directory, runCapacity);
        } catch (RocksDBException | IOException e) {
            throw cannotOpen(directory, e);
        }
    }

    private static PieceIndex tryOpen(Path directory, int runCapacity) throws RocksDBException, IOException {
        var options = new IndexOptions();
        try {
            return new PieceIndex(directory, runCapacity, options);
        } catch (RocksDBException | IOException e) {
            options.close();
            throw e;
        }
    }

    /** Files that are missing or not what they were; not a disk that is full or away, nor another process. */
    private static boolean isDamaged(RocksDBException e) {
        return Optional.ofNullable(e.getStatus())
                .filter(status -> status.getCode() == Status.Code.Corruption)
                .isPresent();
    }

    private static void setAside(Path directory) throws IOException {
        var damaged = directory.resolve("db-damaged");
        if (Files.exists(damaged)) {
            try (var files = Files.list(damaged)) {
                for (var file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(damaged);
        }
        Files.move(directory.resolve("db"), damaged);
    }

    private static AditException cannotOpen(Path directory, Exception e) {
        return new AditException(
                IndexErrorCode.INDEX_STORE, "cannot open the piece index in " + directory + ": " + e, e);
    }

    private PieceIndex(Path directory, int runCapacity, IndexOptions options) throws RocksDBException, IOException {
        this.runCapacity = runCapacity;
        this.options = options;
        runs = Files.createDirectories(directory.resolve("runs"));
        var handles = new ArrayList<ColumnFamilyHandle>();
        db = RocksDB.open(
                options.database(),
                directory.resolve("db").toString(),
                List.of(
                        new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options.blocks()),
                        new ColumnFamilyDescriptor("pieces".getBytes(US_ASCII), options.pieces())),
                handles);
        blocks = handles.get(0);
        pieceFamily = handles.get(1);
        pieces = new PieceTable(db, pieceFamily);
        // RocksDB's lock on its directory is held by now, so no other process can be writing a run.
        try {
            removeLeftOverRuns();
        } catch (IOException | RuntimeException e) {
            blocks.close();
            pieceFamily.close();
            db.close();
            throw e;
        }
    }

    /**
     * Indexes a piece whole. Indexing it again is harmless; a piece indexed before is left as it is.
     *
     * @param found every block of the piece, in any order; read once; what it throws is passed on and leaves the piece
     *     unindexed
     * @return entries written; 0 when the piece was indexed before
     */
    public long index(Commitment piece, Iterator<IndexedBlock> found) {
        writing.lock();
        try {
            int ordinal = pieces.ordinalOf(piece);
            if (isIndexed(ordinal)) {
                return 0;
            }
            long written = ingestAll(found, ordinal);
            CrashPoints.reach("index.ingested");
            pieces.put(ordinal, new IndexedPiece(piece, PieceState.INDEXED, written, ""));
            return written;
        } catch (RocksDBException | IOException e) {
            throw failed("index piece " + piece.toHex(), e);
        } finally {
            writing.unlock();
        }
    }

    /** Notes that a piece is not a CAR that can be indexed, and why. */
    public void refuse(Commitment piece, String reason) {
        setState(piece, PieceState.REFUSED, reason);
    }

    /**
     * Forgets a piece: from here on none of its blocks is found. Its entries stay on disk, unseen, until the piece is
     * indexed anew and takes their place, or the index is rebuilt.
     */
    public void remove(Commitment piece) {
        setState(piece, PieceState.INDEXING, "");
    }

    /** Where the block lies: indexed pieces that hold it, oldest first, at most {@value #MAX_COPIES}. */
    public List<BlockLocation> lookup(Multihash multihash) {
        return lookup(multihash, seen -> {});
    }

    /**
     * As {@link #lookup(Multihash)}.
     *
     * @param effort is told how many entries were looked at: those of pieces that were forgotten, too
     */
    public List<BlockLocation> lookup(Multihash multihash, IntConsumer effort) {
        var prefix = key(multihash);
        var locations = new ArrayList<BlockLocation>();
        // Digests shorter than the filter's prefix are not in its domain and need an ordinary seek.
        boolean filtered = prefix.length >= IndexOptions.FILTER_PREFIX;
        try (var read = new ReadOptions().setPrefixSameAsStart(filtered).setTotalOrderSeek(!filtered);
                var cursor = db.newIterator(blocks, read)) {
            cursor.seek(prefix);
            int seen = 0;
            for (; cursor.isValid() && seen < MAX_SCANNED && locations.size() < MAX_COPIES; seen++) {
                var key = cursor.key();
                if (key.length != prefix.length + 4 || !startsWith(key, prefix)) {
                    break;
                }
                location(ByteBuffer.wrap(key).getInt(prefix.length), cursor.value())
                        .ifPresent(locations::add);
                cursor.next();
            }
            effort.accept(seen);
            cursor.status();
        } catch (RocksDBException e) {
            throw failed("look up " + multihash, e);
        }
        return locations;
    }

    /** Whether every block of the piece can be found. */
    public boolean isIndexed(Commitment piece) {
        return find(piece).filter(known -> known.state() == PieceState.INDEXED).isPresent();
    }

    /** What the index knows of a piece. */
    public Optional<IndexedPiece> find(Commitment piece) {
        try {
            var ordinal = pieces.find(piece);
            return ordinal.isEmpty() ? Optional.empty() : pieces.row(ordinal.get());
        } catch (RocksDBException e) {
            throw failed("find piece " + piece.toHex(), e);
        }
    }

    /** Every piece the index has heard of, in the order it did. */
    public List<IndexedPiece> pieces() {
        try {
            return pieces.list();
        } catch (RocksDBException e) {
            throw failed("list its pieces", e);
        }
    }

    public IndexStatistics statistics() {
        var all = pieces();
        try {
            return new IndexStatistics(
                    count(all, PieceState.INDEXED),
                    count(all, PieceState.REFUSED),
                    count(all, PieceState.INDEXING),
                    all.stream().mapToLong(IndexedPiece::entries).sum(),
                    db.getLongProperty(blocks, "rocksdb.total-sst-files-size"));
        } catch (RocksDBException e) {
            throw failed("measure itself", e);
        }
    }

    @Override
    public void close() {
        writing.lock();
        try {
            blocks.close();
            pieceFamily.close();
            db.close();
            options.close();
        } finally {
            writing.unlock();
        }
    }

    private long ingestAll(Iterator<IndexedBlock> found, int ordinal) throws RocksDBException, IOException {
        long written = 0;
        var run = new SortedRun(runCapacity);
        while (found.hasNext()) {
            var block = found.next();
            if (block.multihash().code() == Multihash.IDENTITY) {
                continue;
            }
            run.add(key(block.multihash(), ordinal), value(block));
            written++;
            if (run.isFull()) {
                ingest(run, ordinal);
            }
        }
        if (!run.isEmpty()) {
            ingest(run, ordinal);
        }
        return written;
    }

    private void ingest(SortedRun run, int ordinal) throws RocksDBException, IOException {
        var file = Files.createTempFile(runs, "piece-" + ordinal + "-", ".sst");
        try (var environment = new EnvOptions();
                var format = new Options(options.database(), options.blocks());
                var writer = new SstFileWriter(environment, format);
                var asMoved = new IngestExternalFileOptions().setMoveFiles(true)) {
            writer.open(file.toString());
            run.<RocksDBException>drainTo(writer::put);
            writer.finish();
            CrashPoints.reach("index.sorted");
            db.ingestExternalFile(blocks, List.of(file.toString()), asMoved);
        } finally {
            Files.deleteIfExists(file);
        }
        CrashPoints.reach("index.run");
    }

    private void setState(Commitment piece, PieceState state, String reason) {
        writing.lock();
        try {
            if (state == PieceState.REFUSED || pieces.find(piece).isPresent()) {
                pieces.put(pieces.ordinalOf(piece), new IndexedPiece(piece, state, 0, reason));
            }
        } catch (RocksDBException e) {
            throw failed("note piece " + piece.toHex() + " as " + state, e);
        } finally {
            writing.unlock();
        }
    }

    private boolean isIndexed(int ordinal) throws RocksDBException {
        return pieces.row(ordinal)
                .filter(known -> known.state() == PieceState.INDEXED)
                .isPresent();
    }

    private Optional<BlockLocation> location(int ordinal, byte[] value) throws RocksDBException {
        var piece = pieces.row(ordinal).filter(known -> known.state() == PieceState.INDEXED);
        var offset = Varint.decode(value, 0, value.length);
        var length = Varint.decode(value, offset.length(), value.length);
        return piece.map(known -> new BlockLocation(known.piece(), offset.value(), (int) length.value()));
    }

    private void removeLeftOverRuns() throws IOException {
        try (var files = Files.list(runs)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private static AditException failed(String doing, Exception cause) {
        return new AditException(
                IndexErrorCode.INDEX_STORE,
                "the piece index cannot " + doing + ": " + cause.getMessage()
                        + "; check the disk. An index whose directory was removed is made again at the next start",
                cause);
    }

    private static long count(List<IndexedPiece> all, PieceState state) {
        return all.stream().filter(piece -> piece.state() == state).count();
    }

    private static byte[] key(Multihash multihash) {
        var digest = multihash.digest();
        var key = new byte[digest.length + Varint.length(multihash.code())];
        System.arraycopy(digest, 0, key, 0, digest.length);
        Varint.put(multihash.code(), key, digest.length);
        return key;
    }

    private static byte[] key(Multihash multihash, int ordinal) {
        var prefix = key(multihash);
        return ByteBuffer.allocate(prefix.length + 4)
                .put(prefix)
                .putInt(ordinal)
                .array();
    }

    private static byte[] value(IndexedBlock block) {
        var value = new byte[Varint.length(block.offset()) + Varint.length(block.length())];
        Varint.put(block.length(), value, Varint.put(block.offset(), value, 0));
        return value;
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return Arrays.mismatch(key, 0, prefix.length, prefix, 0, prefix.length) < 0;
    }
}
