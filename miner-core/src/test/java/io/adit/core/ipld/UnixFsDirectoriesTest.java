package io.adit.core.ipld;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnixFsDirectoriesTest {
    private static final long HAMT_SHARD = 5;

    private final Map<Cid, byte[]> blocks = new HashMap<>();
    private final UnixFsDirectories directories = new UnixFsDirectories(cid -> Optional.ofNullable(blocks.get(cid)));
    private final Cid leaf = Cid.rawSha256(new byte[] {1});

    /** What the function's author and others give for these texts. */
    @ParameterizedTest
    @CsvSource({"'', 0", "hello, cbd8a7b341bd9b02", "The quick brown fox jumps over the lazy dog, e34bbc7bbc071b6c"})
    void hashesNames(String text, String hash) {
        assertThat(Long.toHexString(Murmur3.hash64(text.getBytes(UTF_8)))).isEqualTo(hash);
    }

    @Test
    void findsAndListsEntries_ofAPlainDirectory() throws IOException {
        var directory = put(UnixFsNode.directory().encode(), link("a"), link("b"), link("b"));

        assertThat(directories.find(directory, "b")).hasValue(new UnixFsDirectories.Found(List.of(), leaf));
        assertThat(directories.find(directory, "c")).isEmpty();
        assertThat(directories.list(directory, 2))
                .extracting(UnixFsDirectories.Entry::name)
                .containsExactly("a", "b");
    }

    @Test
    void findsAndListsEntries_twoShardsDeep() throws IOException {
        // The hash of "hello" begins with the bytes CB and D8.
        var below = put(shard(256), link("D8hello"), link("00other"));
        var directory = put(shard(256), link("11first"), new DagPb.Link(below, "CB", 10));

        assertThat(directories.find(directory, "hello")).hasValue(new UnixFsDirectories.Found(List.of(below), leaf));
        assertThat(directories.find(directory, "other")).isEmpty();
        assertThat(directories.list(directory, 10))
                .extracting(UnixFsDirectories.Entry::name)
                .containsExactly("first", "hello", "other");
        assertThat(directories.list(directory, 2)).hasSize(2);
    }

    @Test
    void readsShardsOfEachWidth() throws IOException {
        // CB is 110 01011 in bits: 6 of 8 places, and 32F of 1024.
        assertThat(directories.find(put(shard(8), link("6hello")), "hello")).isPresent();
        assertThat(directories.find(put(shard(1024), link("32Fhello")), "hello"))
                .isPresent();
        for (long odd : new long[] {0, 1, 100, 2048}) {
            var directory = put(shard(odd), link("00hello"));
            assertThatExceptionOfType(UnixFsException.class)
                    .isThrownBy(() -> directories.find(directory, "hello"))
                    .withMessageContaining("over " + odd + " places");
        }
    }

    @Test
    void endlessShardsAreRefused_beforeTheyCostMuch() throws IOException {
        var chain = put(shard(2));
        for (int level = 0; level < 100; level++) {
            chain = put(shard(2), new DagPb.Link(chain, "0", 1), new DagPb.Link(chain, "1", 1));
        }
        var deep = chain;

        assertThatExceptionOfType(UnixFsException.class).isThrownBy(() -> directories.list(deep, 1000));
        assertThatExceptionOfType(UnixFsException.class).isThrownBy(() -> directories.find(deep, "hello"));
        // Equal shards side by side would be 1000^8 visits.
        var wide = put(shard(256));
        for (int level = 0; level < 7; level++) {
            wide = put(
                    shard(256),
                    Collections.nCopies(1000, new DagPb.Link(wide, "00", 1)).toArray(DagPb.Link[]::new));
        }
        var broad = wide;
        assertThatExceptionOfType(UnixFsException.class).isThrownBy(() -> directories.list(broad, 1000));
    }

    @Test
    void noShardIsListedTwice() throws IOException {
        var below = put(shard(256), link("00one"), link("01two"));
        var once = put(shard(256), new DagPb.Link(below, "00", 1), link("01three"));
        var twice = put(shard(256), new DagPb.Link(below, "00", 1), new DagPb.Link(below, "01", 1));

        assertThat(directories.list(once, 100)).hasSize(3);
        assertThatExceptionOfType(UnixFsException.class)
                .isThrownBy(() -> directories.list(twice, 100))
                .withMessageContaining("again");
    }

    @Test
    void namesThatNoFileSystemTakesAreNotListed() throws IOException {
        var longest = "ä".repeat(127) + "x";
        var plain = UnixFsNode.directory().encode();

        assertThat(directories.list(put(plain, link(longest)), 10)).hasSize(1);
        assertThat(directories.list(put(shard(256), link("00" + longest)), 10)).hasSize(1);
        for (var directory : List.of(
                put(plain, link(longest + "x")),
                put(plain, link("x".repeat(1_000_000))),
                put(shard(256), link("00" + longest + "x")))) {
            assertThatExceptionOfType(UnixFsException.class)
                    .isThrownBy(() -> directories.list(directory, 10))
                    .withMessageContaining("more than 255 bytes");
        }
        assertThat(directories.find(put(plain, link(longest + "x"), link("a")), "a"))
                .isPresent();
    }

    @Test
    void filesAndMissingBlocksAreNoDirectories() {
        var file = put(UnixFsNode.file(List.of()).encode());

        for (var cid : List.of(file, leaf, Cid.dagPbSha256(new byte[] {7}))) {
            assertThatExceptionOfType(UnixFsException.class).isThrownBy(() -> directories.find(cid, "a"));
            assertThatExceptionOfType(UnixFsException.class).isThrownBy(() -> directories.list(cid, 1));
        }
    }

    private DagPb.Link link(String name) {
        return new DagPb.Link(leaf, name, 1);
    }

    private static byte[] shard(long fanout) {
        var out = new ByteArrayOutputStream();
        Protobuf.putVarint(out, 1, HAMT_SHARD);
        Protobuf.putVarint(out, 5, Murmur3.CODE);
        Protobuf.putVarint(out, 6, fanout);
        return out.toByteArray();
    }

    private Cid put(byte[] data, DagPb.Link... links) {
        var block = Block.dagPb(new DagPb(List.of(links), Optional.of(data)).encode());
        blocks.put(block.cid(), block.data());
        return block.cid();
    }
}
