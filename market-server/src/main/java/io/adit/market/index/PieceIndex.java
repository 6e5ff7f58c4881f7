package io.adit.market.index;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.adit.core.error.AditException;
import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Multihash;
import io.adit.core.ipld.Varint;
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
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.EnvOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;
import org.rocksdb.WriteOptions;

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
 * <p>Safe for use by many threads; one piece is indexed at a time.
 */
public final class PieceIndex implements AutoCloseable {
    private static final byte INDEXING = 1;
    private static final byte INDEXED = 2;
    private static final byte[] NEXT_ORDINAL = "next-ordinal".getBytes(US_ASCII);
    private static final int MAX_COPIES = 64;

    private final Path runs;
    private final DBOptions options;
    private final ColumnFamilyOptions blockOptions;
    private final ColumnFamilyOptions pieceOptions = new ColumnFamilyOptions();
    private final RocksDB db;
    private final ColumnFamilyHandle blocks;
    private final ColumnFamilyHandle pieces;
    private final ReentrantLock writing = new ReentrantLock();

    /**
     * Opens the index, making it when there is none.
     *
     * @param directory where it lives; nothing else may be in there
     */
    public static PieceIndex open(Path directory) {
        RocksDB.loadLibrary();
        try {
            return new PieceIndex(directory);
        } catch (RocksDBException | IOException e) {
            throw new AditException(IndexErrorCode.INDEX_STORE, "opening the piece index in " + directory, e);
        }
    }

    private PieceIndex(Path directory) throws RocksDBException, IOException {
        runs = Files.createDirectories(directory.resolve("runs"));
        options = new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
        blockOptions = blockOptions();
        var handles = new ArrayList<ColumnFamilyHandle>();
        db = RocksDB.open(
                options,
                directory.resolve("db").toString(),
                List.of(
                        new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, blockOptions),
                        new ColumnFamilyDescriptor("pieces".getBytes(US_ASCII), pieceOptions)),
                handles);
        blocks = handles.get(0);
        pieces = handles.get(1);
        removeLeftOverRuns();
    }

    private static ColumnFamilyOptions blockOptions() {
        return new ColumnFamilyOptions()
                .useFixedLengthPrefixExtractor(32)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setFilterPolicy(new BloomFilter(10))
                        .setCacheIndexAndFilterBlocks(true)
                        .setBlockCache(new LRUCache(64L << 20)));
    }

    /**
     * Indexes a piece whole. Indexing it again is harmless; a piece indexed before is left as it is.
     *
     * @param found every block of the piece, in any order; read once
     * @return entries written; 0 when the piece was indexed before
     */
    public long index(Commitment piece, Iterator<IndexedBlock> found) {
        writing.lock();
        try {
            int ordinal = ordinal(piece);
            if (state(ordinal) == INDEXED) {
                return 0;
            }
            long written = 0;
            var run = new SortedRun();
            while (found.hasNext()) {
                var block = found.next();
                if (block.multihash().code() != Multihash.IDENTITY) {
                    run.add(key(block.multihash(), ordinal), value(block));
                    written++;
                }
                if (run.isFull()) {
                    ingest(run, ordinal);
                }
            }
            if (!run.isEmpty()) {
                ingest(run, ordinal);
            }
            putPiece(ordinal, INDEXED, piece);
            return written;
        } catch (RocksDBException | IOException e) {
            throw new AditException(IndexErrorCode.INDEX_STORE, "indexing piece " + piece.toHex(), e);
        } finally {
            writing.unlock();
        }
    }

    /** Where the block lies: every indexed piece that holds it, at most {@value #MAX_COPIES}. */
    public List<BlockLocation> lookup(Multihash multihash) {
        var prefix = key(multihash);
        var locations = new ArrayList<BlockLocation>();
        try (var read = new ReadOptions().setPrefixSameAsStart(prefix.length >= 32);
                var cursor = db.newIterator(blocks, read)) {
            for (cursor.seek(prefix); cursor.isValid() && locations.size() < MAX_COPIES; cursor.next()) {
                var key = cursor.key();
                if (key.length != prefix.length + 4 || !startsWith(key, prefix)) {
                    break;
                }
                location(ByteBuffer.wrap(key).getInt(prefix.length), cursor.value())
                        .ifPresent(locations::add);
            }
            cursor.status();
        } catch (RocksDBException e) {
            throw new AditException(IndexErrorCode.INDEX_STORE, "looking up " + multihash, e);
        }
        return locations;
    }

    /** Whether every block of the piece can be found. */
    public boolean isIndexed(Commitment piece) {
        try {
            var known = db.get(pieces, piece.bytes());
            return known != null && state(ByteBuffer.wrap(known).getInt()) == INDEXED;
        } catch (RocksDBException e) {
            throw new AditException(IndexErrorCode.INDEX_STORE, "asking whether " + piece.toHex() + " is indexed", e);
        }
    }

    /** Forgets a piece: from here on none of its blocks is found. Their room is taken again when the piece is indexed anew. */
    public void remove(Commitment piece) {
        writing.lock();
        try {
            var known = db.get(pieces, piece.bytes());
            if (known != null) {
                putPiece(ByteBuffer.wrap(known).getInt(), INDEXING, piece);
            }
        } catch (RocksDBException e) {
            throw new AditException(IndexErrorCode.INDEX_STORE, "removing piece " + piece.toHex(), e);
        } finally {
            writing.unlock();
        }
    }

    /** RocksDB's estimate of the number of entries, those of removed pieces included. */
    public long estimatedEntries() {
        try {
            return db.getLongProperty(blocks, "rocksdb.estimate-num-keys");
        } catch (RocksDBException e) {
            throw new AditException(IndexErrorCode.INDEX_STORE, "counting the index's entries", e);
        }
    }

    @Override
    public void close() {
        blocks.close();
        pieces.close();
        db.close();
        blockOptions.close();
        pieceOptions.close();
        options.close();
    }

    private Optional<BlockLocation> location(int ordinal, byte[] value) throws RocksDBException {
        var piece = db.get(pieces, ordinalKey(ordinal));
        if (piece == null || piece[0] != INDEXED) {
            return Optional.empty();
        }
        var offset = Varint.decode(value, 0, value.length);
        var length = Varint.decode(value, offset.length(), value.length);
        return Optional.of(new BlockLocation(
                Commitment.of(Arrays.copyOfRange(piece, 1, piece.length)), offset.value(), (int) length.value()));
    }

    /** The piece's number; a new one is taken and kept before anything is written under it. */
    private int ordinal(Commitment piece) throws RocksDBException {
        var known = db.get(pieces, piece.bytes());
        if (known != null) {
            return ByteBuffer.wrap(known).getInt();
        }
        var stored = db.get(pieces, NEXT_ORDINAL);
        int ordinal = stored == null ? 1 : ByteBuffer.wrap(stored).getInt();
        put(NEXT_ORDINAL, ByteBuffer.allocate(4).putInt(ordinal + 1).array());
        putPiece(ordinal, INDEXING, piece);
        put(piece.bytes(), ByteBuffer.allocate(4).putInt(ordinal).array());
        return ordinal;
    }

    private byte state(int ordinal) throws RocksDBException {
        var piece = db.get(pieces, ordinalKey(ordinal));
        return piece == null ? INDEXING : piece[0];
    }

    private void putPiece(int ordinal, byte state, Commitment piece) throws RocksDBException {
        var bytes = piece.bytes();
        put(
                ordinalKey(ordinal),
                ByteBuffer.allocate(1 + bytes.length).put(state).put(bytes).array());
    }

    private void put(byte[] key, byte[] value) throws RocksDBException {
        try (var durable = new WriteOptions().setSync(true)) {
            db.put(pieces, durable, key, value);
        }
    }

    private void ingest(SortedRun run, int ordinal) throws RocksDBException, IOException {
        var file = Files.createTempFile(runs, "piece-" + ordinal + "-", ".sst");
        try (var environment = new EnvOptions();
                var format = new Options(options, blockOptions);
                var writer = new SstFileWriter(environment, format);
                var asMoved = new IngestExternalFileOptions().setMoveFiles(true)) {
            writer.open(file.toString());
            run.<RocksDBException>drainTo(writer::put);
            writer.finish();
            db.ingestExternalFile(blocks, List.of(file.toString()), asMoved);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void removeLeftOverRuns() throws IOException {
        try (var files = Files.list(runs)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
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

    private static byte[] ordinalKey(int ordinal) {
        return ByteBuffer.allocate(5).put((byte) 'o').putInt(ordinal).array();
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return Arrays.mismatch(key, 0, prefix.length, prefix, 0, prefix.length) < 0;
    }
}
