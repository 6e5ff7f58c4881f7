package io.adit.chain.signer;

import io.adit.chain.type.ChainCbor;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.SigningKind;
import io.adit.core.slash.ProtectedBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** The requests of the signer's socket, as canonical CBOR: {@code [version, operation, …]}. */
sealed interface SignerWire {
    int VERSION = 1;
    int MAX_BLOCKS = 2000;
    int MAX_TEXT = 4096;
    int MAX_LIMITS = 16;

    /** Which keys there are. */
    record Addresses() implements SignerWire {}

    /** Sign this. */
    record Sign(Address key, SigningKind kind, byte[] content) implements SignerWire {}

    /** What the chain shows of a miner. */
    record Resume(Address miner, Epoch now, List<ProtectedBlock> ownBlocks) implements SignerWire {}

    /** A block of a miner came on the chain. */
    record Observe(Address miner, ProtectedBlock block) implements SignerWire {}

    /** How a miner's guard stands. */
    record Status(Address miner) implements SignerWire {}

    /** Which limits of the day are nearly used up. */
    record NearLimits() implements SignerWire {}

    default byte[] encode() {
        var writer = new CborWriter();
        switch (this) {
            case Addresses addresses -> writer.array(2).uint(VERSION).uint(0);
            case Sign sign ->
                writer.array(5)
                        .uint(VERSION)
                        .uint(1)
                        .bytes(sign.key.bytes())
                        .uint(sign.kind.number())
                        .bytes(sign.content);
            case Resume resume -> {
                writer.array(5).uint(VERSION).uint(2).bytes(resume.miner.bytes());
                writer.integer(resume.now.value()).array(resume.ownBlocks.size());
                resume.ownBlocks.forEach(block -> write(writer, block));
            }
            case Observe observe -> {
                writer.array(4).uint(VERSION).uint(3).bytes(observe.miner.bytes());
                write(writer, observe.block);
            }
            case Status status -> writer.array(3).uint(VERSION).uint(4).bytes(status.miner.bytes());
            case NearLimits limits -> writer.array(2).uint(VERSION).uint(5);
        }
        return writer.toByteArray();
    }

    /**
     * Reads a request.
     *
     * @throws AditException if it is not one
     */
    static SignerWire decode(byte[] frame) {
        var reader = new CborReader(frame);
        reader.array();
        long version = reader.uint();
        if (version != VERSION) {
            throw new InvalidValueException("version of the signer's protocol", version, "1");
        }
        long operation = reader.uint();
        var request = switch ((int) Math.min(operation, Integer.MAX_VALUE)) {
            case 0 -> new Addresses();
            case 1 -> new Sign(ChainCbor.address(reader), kind(reader.uint()), reader.bytes(SignerChannel.MAX_FRAME));
            case 2 ->
                new Resume(
                        ChainCbor.address(reader),
                        ChainCbor.epoch(reader),
                        ChainCbor.list(reader, MAX_BLOCKS, "own blocks", SignerWire::block));
            case 3 -> new Observe(ChainCbor.address(reader), block(reader));
            case 4 -> new Status(ChainCbor.address(reader));
            case 5 -> new NearLimits();
            default -> throw new InvalidValueException("operation of the signer's protocol", operation, "0 to 5");
        };
        reader.end();
        return request;
    }

    /** A frame that says yes, with what was asked for: {@code [version, 0, result]}. */
    static byte[] yes(Consumer<CborWriter> result) {
        var writer = new CborWriter().array(3).uint(VERSION).uint(0);
        result.accept(writer);
        return writer.toByteArray();
    }

    /** A frame that says no: {@code [version, 1, code, message, rule, limit, value]}; the last three may be empty. */
    static byte[] no(AditException e) {
        var writer = new CborWriter()
                .array(7)
                .uint(VERSION)
                .uint(1)
                .text(e.code().name())
                .text(shortened(String.valueOf(e.getMessage())));
        if (e instanceof SignerRefusedException refused) {
            writer.text(shortened(refused.rule()))
                    .text(shortened(refused.limit()))
                    .text(shortened(refused.value()));
        } else {
            writer.text("").text("").text("");
        }
        return writer.toByteArray();
    }

    static String shortened(String text) {
        // A quarter: UTF-8 may take four bytes for one character.
        return text.length() <= MAX_TEXT / 4 ? text : text.substring(0, MAX_TEXT / 4 - 1) + "…";
    }

    private static SigningKind kind(long number) {
        return Arrays.stream(SigningKind.values())
                .filter(kind -> kind.number() == number)
                .findFirst()
                .orElseThrow(() -> new InvalidValueException("kind of signature", number, "0 to 5"));
    }

    private static void write(CborWriter writer, ProtectedBlock block) {
        writer.array(4)
                .integer(block.epoch().value())
                .cid(block.block())
                .array(block.parents().size());
        block.parents().forEach(writer::cid);
        writer.integer(block.parentEpoch().value());
    }

    private static ProtectedBlock block(CborReader reader) {
        reader.array(4);
        var epoch = ChainCbor.epoch(reader);
        var block = reader.cid();
        List<Cid> parents = new ArrayList<>(ChainCbor.list(reader, 256, "parents", CborReader::cid));
        return new ProtectedBlock(epoch, block, parents, ChainCbor.epoch(reader));
    }
}
