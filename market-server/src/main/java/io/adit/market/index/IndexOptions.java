package io.adit.market.index;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;

/** RocksDB's settings for the index, and the native objects behind them, which live until {@link #close}. */
final class IndexOptions implements AutoCloseable {
    /** Bytes of a key that the Bloom filter covers: a 32-byte digest. */
    static final int FILTER_PREFIX = 32;

    private static final long CACHE_BYTES = 64L << 20;

    private final Cache cache = new LRUCache(CACHE_BYTES);
    private final BloomFilter filter = new BloomFilter(10);
    private final DBOptions database = new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setMaxOpenFiles(512)
            .setKeepLogFileNum(4);
    private final ColumnFamilyOptions blocks;
    private final ColumnFamilyOptions pieces = new ColumnFamilyOptions();

    IndexOptions() {
        // Look-ups never know the ordinal, so whole keys in the filter would only double its size.
        blocks = new ColumnFamilyOptions()
                .useFixedLengthPrefixExtractor(FILTER_PREFIX)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setFilterPolicy(filter)
                        .setWholeKeyFiltering(false)
                        .setCacheIndexAndFilterBlocks(true)
                        .setBlockCache(cache));
    }

    DBOptions database() {
        return database;
    }

    ColumnFamilyOptions blocks() {
        return blocks;
    }

    ColumnFamilyOptions pieces() {
        return pieces;
    }

    @Override
    public void close() {
        blocks.close();
        pieces.close();
        database.close();
        filter.close();
        cache.close();
    }
}
