package io.adit.core.ipld;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.Vectors;
import io.adit.core.error.InvalidValueException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnixFsTest {
    @TempDir
    private Path directory;

    /** Roots computed by ipfs-unixfs-importer 17.1.1, the importer of helia. */
    @ParameterizedTest
    @MethodSource("files")
    void rootIsTheReferences_andTheFileReadsBack(JsonNode vector) throws IOException {
        var content = content(vector.required("length").asInt());
        var name = Optional.ofNullable(vector.get("directory_entry")).map(JsonNode::asText);
        var options = new UnixFsOptions(
                vector.required("chunk_size").asInt(),
                vector.required("max_links").asInt(),
                name);
        var car = directory.resolve("file.car");

        var packed = UnixFsPacker.pack(new ByteArrayInputStream(content), content.length, car, options);

        assertThat(packed.root()).hasToString(vector.required("root").asText());
        assertThat(Files.size(car)).isEqualTo(packed.carSize());
        var blocks = load(car, packed.root());
        var reader = new UnixFsReader(cid -> Optional.ofNullable(blocks.get(cid)));
        assertThat(reader.isDirectory(packed.root())).isEqualTo(name.isPresent());
        var file = reader.resolve(packed.root(), name.orElse("")).orElseThrow();
        assertThat(reader.size(file)).isEqualTo(content.length);
        try (var in = reader.open(file)) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
        try (var entries = Files.list(directory)) {
            assertThat(entries).containsExactly(car);
        }
    }

    @Test
    void directoryOfAnotherWriterIsRead() throws IOException {
        var car = directory.resolve("directory.car");
        Files.write(car, CarTest.resource("directory.car"));
        CarReader header = new CarReader(Files.newInputStream(car));
        var root = header.roots().getFirst();
        header.close();
        var blocks = load(car, root);
        var reader = new UnixFsReader(cid -> Optional.ofNullable(blocks.get(cid)));

        assertThat(reader.list(root)).containsOnlyKeys("f.bin");
        try (var in = reader.open(reader.resolve(root, "/f.bin").orElseThrow())) {
            assertThat(in.readAllBytes()).isEqualTo(content(100));
        }
        assertThat(reader.resolve(root, "absent")).isEmpty();
        assertThatExceptionOfType(UnixFsException.class).isThrownBy(() -> reader.open(root));
        assertThatExceptionOfType(UnixFsException.class).isThrownBy(() -> reader.resolve(root, "f.bin/deeper"));
    }

    @ParameterizedTest
    @ValueSource(ints = {99, 101})
    void packingRefuses_whenTheFileIsNotAsLongAsAnnounced_andLeavesNothing(int length) throws IOException {
        var content = new ByteArrayInputStream(content(length));
        var car = directory.resolve("file.car");

        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> UnixFsPacker.pack(content, 100, car, UnixFsOptions.V1_2025));
        try (var entries = Files.list(directory)) {
            assertThat(entries).isEmpty();
        }
    }

    @Test
    void readingFails_whenABlockIsMissingOrChanged() throws IOException {
        var car = directory.resolve("file.car");
        var options = new UnixFsOptions(10, 3, Optional.empty());
        var root = UnixFsPacker.pack(new ByteArrayInputStream(content(91)), 91, car, options)
                .root();
        var blocks = load(car, root);
        var leaf = Cid.rawSha256(content(10));

        blocks.put(leaf, new byte[10]);
        assertThatExceptionOfType(UnixFsException.class)
                .isThrownBy(() -> readAll(blocks, root))
                .withMessageContaining("does not hash");
        blocks.remove(leaf);
        assertThatExceptionOfType(UnixFsException.class)
                .isThrownBy(() -> readAll(blocks, root))
                .withMessageContaining("missing");
    }

    @Test
    void readingFails_whenStatedSizesDoNotAgree() throws IOException {
        var leaf = Block.raw(new byte[5]);
        var blocks = new HashMap<Cid, byte[]>(Map.of(leaf.cid(), leaf.data()));

        var wrongChild = put(blocks, node(List.of(leaf.cid()), List.of(6L), 6));
        var wrongSum = put(blocks, node(List.of(leaf.cid()), List.of(5L), 6));
        var wrongCount = put(blocks, node(List.of(leaf.cid()), List.of(5L, 0L), 5));

        for (var root : List.of(wrongChild, wrongSum, wrongCount)) {
            assertThatExceptionOfType(UnixFsException.class).isThrownBy(() -> readAll(blocks, root));
        }
    }

    @Test
    void readingFails_whenStatedSizesAddUpBeyondALong() {
        var blocks = new HashMap<Cid, byte[]>();
        var child = put(blocks, node(List.of(), List.of(), 0));
        // Together 2^64 + 5, which is 5 in sixty-four bits.
        var root = put(blocks, node(List.of(child, child, child), List.of(Long.MAX_VALUE, Long.MAX_VALUE, 7L), 5));
        var reader = new UnixFsReader(cid -> Optional.ofNullable(blocks.get(cid)));

        assertThatExceptionOfType(UnixFsException.class).isThrownBy(() -> reader.size(root));
    }

    @Test
    void nodeOfMoreLinksThanAnyWriterMakes_isRefused() {
        var link = HexFormat.of().parseHex("12060a0401550000");
        var sizes = new byte[1 << 17];
        Arrays.fill(sizes, (byte) 1);
        var links = new ByteArrayOutputStream();
        for (int i = 0; i < 1 << 16; i++) {
            links.writeBytes(link);
        }
        assertThat(DagPb.decode(links.toByteArray()).links()).hasSize(1 << 16);
        links.writeBytes(link);
        var packed = new ByteArrayOutputStream();
        packed.writeBytes(HexFormat.of().parseHex("080222808008"));
        packed.writeBytes(sizes);

        assertThatExceptionOfType(UnixFsException.class)
                .isThrownBy(() -> DagPb.decode(links.toByteArray()))
                .withMessageContaining("65536");
        assertThatExceptionOfType(UnixFsException.class)
                .isThrownBy(() -> UnixFsNode.decode(packed.toByteArray()))
                .withMessageContaining("65536");
    }

    @Test
    void manyEmptyChildrenCostNothing() throws IOException {
        var blocks = new HashMap<Cid, byte[]>();
        var root = put(blocks, node(List.of(), List.of(), 0));
        // Thirty levels of a hundred equal links would be 100^30 visits.
        for (int level = 0; level < 30; level++) {
            root = put(blocks, node(Collections.nCopies(100, root), Collections.nCopies(100, 0L), 0));
        }

        assertThat(readAll(blocks, root)).isEmpty();
    }

    @Test
    void readingFails_whenDeeperThan32Levels() throws IOException {
        var leaf = Block.raw(new byte[5]);
        var blocks = new HashMap<Cid, byte[]>(Map.of(leaf.cid(), leaf.data()));
        var root = leaf.cid();
        for (int level = 0; level < 40; level++) {
            root = put(blocks, node(List.of(root), List.of(5L), 5));
        }
        var deep = root;

        assertThatExceptionOfType(UnixFsException.class)
                .isThrownBy(() -> readAll(blocks, deep))
                .withMessageContaining("deeper than 32");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0a", "0a05", "12020a00", "1800", "0a020809", "0a00", "ff", "0a028001"})
    void malformedNodesAreTypedErrors(String hex) {
        var block = Block.dagPb(HexFormat.of().parseHex(hex));
        var blocks = Map.of(block.cid(), block.data());

        assertThatExceptionOfType(UnixFsException.class).isThrownBy(() -> readAll(blocks, block.cid()));
    }

    private static DagPb node(List<Cid> children, List<Long> sizes, long fileSize) {
        var links = children.stream().map(cid -> new DagPb.Link(cid, "", 10)).toList();
        var data = new UnixFsNode(UnixFsNode.Type.FILE, new byte[0], fileSize, sizes);
        return new DagPb(links, Optional.of(data.encode()));
    }

    private static Cid put(Map<Cid, byte[]> blocks, DagPb node) {
        var block = Block.dagPb(node.encode());
        blocks.put(block.cid(), block.data());
        return block.cid();
    }

    private static byte[] readAll(Map<Cid, byte[]> blocks, Cid root) throws IOException {
        try (var in = new UnixFsReader(cid -> Optional.ofNullable(blocks.get(cid))).open(root)) {
            return in.readAllBytes();
        }
    }

    private static Map<Cid, byte[]> load(Path car, Cid root) throws IOException {
        var blocks = new HashMap<Cid, byte[]>();
        try (var reader = new CarReader(Files.newInputStream(car))) {
            assertThat(reader.roots()).containsExactly(root);
            CarTest.readAll(reader).forEach(entry -> blocks.put(entry.cid(), entry.data()));
        }
        return blocks;
    }

    private static byte[] content(int length) {
        var content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) (31 * i + (i >> 8));
        }
        return content;
    }

    static Stream<JsonNode> files() {
        return Vectors.each("unixfs/files.json");
    }
}
