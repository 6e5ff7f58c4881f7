package io.adit.market.bitswap;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.ipld.Cid;
import io.adit.libp2p.wire.Delimited;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import io.adit.market.bitswap.WantlistReader.Scope;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class WantlistReaderTest {
    private static final Cid RAW = Cid.rawSha256("leaf".getBytes(US_ASCII));
    private static final Cid NODE = Cid.parse("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");

    @Test
    void readsWhatBoxoWrites() throws IOException {
        // message.New(true) with AddEntry(NODE, 7, Block, true), AddEntry(RAW, -2, Have, false), Cancel(RAW's other
        // form)
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(framed(new Protobuf.Writer()
                .bytes(
                        1,
                        joined(
                                entry(NODE, "1007 2801"),
                                entry(RAW, "10feffffffffffffffff01 2001"),
                                entry(NODE, "1801"),
                                HexFormat.of().parseHex("1001")))
                .toByteArray()));
        bytes.writeBytes(
                framed(new Protobuf.Writer().bytes(1, entry(RAW, "2000")).toByteArray()));

        var read = new Read(bytes.toByteArray());

        assertThat(read.reader.next()).contains(Scope.REPLACES);
        assertThat(read.entries)
                .containsExactly(
                        new WantEntry(NODE, 7, WantEntry.Kind.BLOCK, true),
                        new WantEntry(RAW, -2, WantEntry.Kind.HAVE, false),
                        new WantEntry(NODE, 0, WantEntry.Kind.CANCEL, false));
        assertThat(read.reader.next()).contains(Scope.ADDS);
        assertThat(read.entries.getLast()).isEqualTo(new WantEntry(RAW, 0, WantEntry.Kind.BLOCK, false));
        assertThat(read.reader.next()).isEmpty();
    }

    @Test
    void whatAServerDoesNotNeed_isPassedOver() throws IOException {
        var message = new Protobuf.Writer()
                .bytes(2, new byte[100_000])
                .bytes(3, new Protobuf.Writer().bytes(2, new byte[1_000_000]).toByteArray())
                .bytes(1, joined(entry(RAW, "2002"), entry(NODE, "2003 3001 390000000000000000")))
                .varint(5, 77)
                .varint(100, 1)
                .toByteArray();

        var read = new Read(framed(message));

        // A kind of want that a later version may bring is not one of ours.
        assertThat(read.reader.next()).contains(Scope.ADDS);
        assertThat(read.entries).isEmpty();
    }

    @Test
    void whatIsNoMessage_isRefused() {
        refused("808080800a", "4194304");
        refused("ffffffffffffffffffff01", "longer than");
        refused("0300", "out of range");
        refused("020b00", "wire type 3");
        refused("030a0500", "5 bytes was announced, 1 bytes are left");
        // A want without a CID, with something else in its place, and one whose CID is too long.
        refused("040a020a00", "no CID");
        refused("070a050a030a0109", "no CID");
        refused(
                HexFormat.of()
                        .formatHex(framed(new Protobuf.Writer()
                                .bytes(
                                        1,
                                        new Protobuf.Writer()
                                                .bytes(
                                                        1,
                                                        new Protobuf.Writer()
                                                                .bytes(1, new byte[200])
                                                                .toByteArray())
                                                .toByteArray())
                                .toByteArray())),
                "the limit is 168 bytes");
        refused(
                HexFormat.of()
                        .formatHex(framed(new Protobuf.Writer()
                                .bytes(1, entry(RAW, "32" + "8004" + "00".repeat(512)))
                                .toByteArray())),
                "the limit is 256 bytes");
        // The entry reaches beyond the end of its list.
        refused(
                HexFormat.of().formatHex(framed(joined(HexFormat.of().parseHex("0a03"), entry(RAW, "")))),
                "ends beyond");
        assertThatThrownBy(() -> new Read(HexFormat.of().parseHex("200a1e")).reader.next())
                .isInstanceOf(EOFException.class);
    }

    @Test
    void ofALongMessage_onlyWantsAreHeld() throws IOException {
        // A block that nobody asked for.
        var left = WantlistReader.MAX_MESSAGE - 5;
        var in = new SequenceInputStream(
                new ByteArrayInputStream(HexFormat.of().parseHex("80808002" + "12" + "fbffff01")),
                new ByteArrayInputStream(new byte[left]));

        assertThat(new WantlistReader(in, entry -> {}).next()).contains(Scope.ADDS);
        assertThat(in.read()).isEqualTo(-1);
    }

    private static void refused(String hex, String why) {
        assertThatThrownBy(() -> new Read(HexFormat.of().parseHex(hex)).reader.next())
                .isInstanceOf(MalformedWireException.class)
                .hasMessageContaining(why);
    }

    private static final class Read {
        final List<WantEntry> entries = new ArrayList<>();
        final WantlistReader reader;

        Read(byte[] bytes) {
            reader = new WantlistReader(new ByteArrayInputStream(bytes), entries::add);
        }
    }

    /** An entry of a wantlist: the CID, and fields in hex. */
    static byte[] entry(Cid cid, String fields) {
        var inner = new ByteArrayOutputStream();
        inner.writeBytes(new Protobuf.Writer().bytes(1, cid.bytes()).toByteArray());
        inner.writeBytes(HexFormat.of().parseHex(fields.replace(" ", "")));
        return new Protobuf.Writer().bytes(1, inner.toByteArray()).toByteArray();
    }

    static byte[] joined(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] framed(byte[] message) {
        return Delimited.of(message);
    }
}
