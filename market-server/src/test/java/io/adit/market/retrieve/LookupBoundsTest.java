package io.adit.market.retrieve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.ipld.Block;
import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What hostile blocks and URLs get out of look-ups and pages. */
class LookupBoundsTest {
    private static final RetrievalLimits USUAL = RetrievalLimits.DEFAULTS;
    private static final RetrievalLimits SHORT_OF_MEMORY = new RetrievalLimits(
            USUAL.connections(),
            USUAL.connectionsPerAddress(),
            USUAL.requestsPerAddress(),
            USUAL.pieceRequests(),
            USUAL.blockRequests(),
            USUAL.carRequests(),
            USUAL.headerTimeout(),
            USUAL.stallTimeout(),
            USUAL.leastRate(),
            USUAL.maxRequestLine(),
            USUAL.maxHeaders(),
            USUAL.maxLinks(),
            USUAL.maxSeenBlocks(),
            64 << 20);

    @TempDir
    private Path folder;

    private StoredFixture provider;
    private Curl curl;

    @BeforeEach
    void start() throws IOException {
        provider = new StoredFixture(
                folder, SHORT_OF_MEMORY, new GatewayOptions(true, Optional.empty(), Clock.systemUTC()));
        curl = new Curl(folder);
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    @Test
    void nothingIsLookedUpInHugeBlocks() throws Exception {
        var small = documentWith(1000);
        var large = documentWith(LookupBlocks.MAX_BLOCK + 1);
        store(small, large);

        assertThat(get("/ipfs/" + small.cid() + "/padding?format=raw").status()).isEqualTo(200);
        var refused = get("/ipfs/" + large.cid() + "/padding?format=raw");
        assertThat(refused.status()).isEqualTo(501);
        assertThat(refused.text()).contains("UNSUPPORTED");
        // The block itself is served all the same.
        assertThat(get("/ipfs/" + large.cid() + "?format=raw").body()).isEqualTo(large.data());
    }

    @Test
    void lookUpsCountAsMemory_untilTheyEnd() throws Exception {
        var blocks = new Block[12];
        blocks[0] = documentWith(600_000);
        for (int i = 1; i < blocks.length; i++) {
            blocks[i] = Block.dagCbor(new CborWriter()
                    .map(2)
                    .text("next")
                    .cid(blocks[i - 1].cid())
                    .text("padding")
                    .bytes(new byte[600_000])
                    .toByteArray());
        }
        store(blocks);

        // Six megabytes each of 67: eleven at a time.
        for (int time = 0; time < 8; time++) {
            assertThat(get("/ipfs/" + blocks[3].cid() + "/next/next/next/padding?format=raw")
                            .status())
                    .isEqualTo(200);
        }
        assertThat(get("/ipfs/" + blocks[11].cid() + "/next".repeat(11) + "/padding?format=raw")
                        .text())
                .contains("BUSY");
    }

    @Test
    void documentsThatAreLinksAreFollowed_butNotForEver() throws Exception {
        var end = Block.dagCbor(new CborWriter().map(1).text("a").uint(1).toByteArray());
        var chain = new Block[34];
        chain[0] = Block.dagCbor(new CborWriter().cid(end.cid()).toByteArray());
        for (int i = 1; i < chain.length; i++) {
            chain[i] = Block.dagCbor(new CborWriter().cid(chain[i - 1].cid()).toByteArray());
        }
        store(end);
        store(chain);

        var answer = get("/ipfs/" + chain[1].cid() + "/a?format=raw");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(end.data());
        assertThat(answer.header("x-ipfs-roots")).isEqualTo(chain[1].cid() + "," + end.cid());
        assertThat(get("/ipfs/" + chain[1].cid() + "/b?format=raw").status()).isEqualTo(404);
        assertThat(get("/ipfs/" + chain[31].cid() + "/a?format=raw").status()).isEqualTo(200);
        assertThat(get("/ipfs/" + chain[32].cid() + "/a?format=raw").status()).isEqualTo(501);
        var carried = Cid.of(Cid.DAG_CBOR, Multihash.of(Multihash.IDENTITY, chain[0].data()));
        assertThat(get("/ipfs/" + carried + "/a?format=raw").body()).isEqualTo(end.data());
    }

    @Test
    void pagesThatAUrlBringsAlongAreShownAsText() throws Exception {
        var html = "<!doctype html><script>alert(1)</script>".getBytes(UTF_8);
        var stored = Block.raw(html);
        store(stored);
        var carried = Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, html));

        for (var wished : List.of("", "?filename=a.html", "?filename=a.svg", "?filename=a.xhtml")) {
            var answer = get("/ipfs/" + carried + wished);
            assertThat(answer.header("content-type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(answer.body()).isEqualTo(html);
            assertThat(get("/ipfs/" + stored.cid() + wished).header("content-type"))
                    .doesNotStartWith("text/plain");
        }
        var directory = Cid.of(
                Cid.DAG_PB, Multihash.of(Multihash.IDENTITY, node(new byte[] {8, 1}, link("index.html", carried))));
        var page = get("/ipfs/" + directory + "/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("content-type")).isEqualTo("text/plain; charset=utf-8");
    }

    @Test
    void listingsAreBoundedByBytes() throws Exception {
        var leaf = Cid.rawSha256(new byte[] {1});
        var entries = new byte[6000][];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = link("ü".repeat(120) + i, leaf);
        }
        var directory = Block.dagPb(node(new byte[] {8, 1}, entries));
        var named = Block.dagPb(node(new byte[] {8, 1}, link("n".repeat(256), leaf)));
        store(directory, named);

        var page = get("/ipfs/" + directory.cid() + "/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).contains("There are more entries than these");
        assertThat(page.body().length).isBetween(4 << 20, 6 << 20);
        assertThat(get("/ipfs/" + named.cid() + "/").status()).isEqualTo(404);
    }

    @Test
    void linksAreCheckedToo() throws Exception {
        var target = "where-a-link-leads".getBytes(UTF_8);
        var unixFs = new ByteArrayOutputStream();
        unixFs.writeBytes(new byte[] {8, 4, 18, (byte) target.length});
        unixFs.writeBytes(target);
        var link = Block.dagPb(node(unixFs.toByteArray()));
        var car = store(link);
        assertThat(get("/ipfs/" + link.cid()).body()).isEqualTo(target);

        try (var file = FileChannel.open(car, StandardOpenOption.WRITE)) {
            file.position(file.size() - 1);
            file.write(ByteBuffer.wrap(new byte[] {'x'}));
        }
        var damaged = get("/ipfs/" + link.cid());
        assertThat(damaged.status()).isEqualTo(500);
        assertThat(damaged.text()).contains("DAMAGED");
    }

    private static Block documentWith(int padding) {
        return Block.dagCbor(
                new CborWriter().map(1).text("padding").bytes(new byte[padding]).toByteArray());
    }

    /** A dag-pb node as it is encoded. */
    private static byte[] node(byte[] unixFs, byte[]... links) {
        var out = new ByteArrayOutputStream();
        for (var link : links) {
            put(out, 2, link);
        }
        put(out, 1, unixFs);
        return out.toByteArray();
    }

    private static byte[] link(String name, Cid cid) {
        var out = new ByteArrayOutputStream();
        put(out, 1, cid.bytes());
        put(out, 2, name.getBytes(UTF_8));
        return out.toByteArray();
    }

    private static void put(ByteArrayOutputStream out, int field, byte[] bytes) {
        out.write((field << 3) | 2);
        int left = bytes.length;
        while (left >= 0x80) {
            out.write((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        out.write(left);
        out.writeBytes(bytes);
    }

    private Path store(Block... blocks) throws IOException {
        var car = folder.resolve(blocks[0].cid() + ".car");
        try (var writer = new CarWriter(Files.newOutputStream(car), List.of(blocks[0].cid()))) {
            for (var block : blocks) {
                writer.write(block);
            }
        }
        provider.storeCar(car);
        return car;
    }

    private Curl.Answer get(String path) throws Exception {
        return curl.run(provider.base() + path);
    }
}
