package io.adit.chain.type;

import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborException;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How the chain writes its common values as CBOR: addresses, token amounts, bit fields and signatures are byte strings,
 * absent values are null. Bytes that are not such CBOR end in a {@code CborException} (an actor's exit code 21); well-formed
 * bytes with a value outside its range end in an {@link InvalidValueException} (exit code 16).
 */
public final class ChainCbor {
    /** Longest byte string of a big integer: sign and magnitude, as the reference decoders accept. */
    private static final int MAX_BIG_INTEGER = TokenAmount.MAX_CBOR_BYTES;

    private static final int MAX_ADDRESS = 64;
    private static final int MAX_SIGNATURE = 200;
    /** Longest RLE+ bit field on chain (go-bitfield's limit). */
    private static final int MAX_BIT_FIELD = 32 << 10;

    private ChainCbor() {}

    /** Reads exactly one value; trailing bytes are an error. */
    public static <T> T decode(byte[] cbor, Function<CborReader, T> read) {
        var reader = new CborReader(cbor);
        var value = read.apply(reader);
        reader.end();
        return value;
    }

    public static Address address(CborReader reader) {
        return Address.fromBytes(reader.bytes(MAX_ADDRESS));
    }

    public static TokenAmount tokenAmount(CborReader reader) {
        return TokenAmount.fromCborBytes(reader.bytes(MAX_BIG_INTEGER));
    }

    /** A big integer that is not money (weight, power); the bytes are those of a token amount. */
    public static BigInteger bigInteger(CborReader reader) {
        return tokenAmount(reader).atto();
    }

    public static byte[] bigIntegerBytes(BigInteger value) {
        return new TokenAmount(value).cborBytes();
    }

    public static Epoch epoch(CborReader reader) {
        return new Epoch(reader.integer());
    }

    public static SectorNumber sectorNumber(CborReader reader) {
        long number = reader.uint64();
        if (number < 0) {
            throw new InvalidValueException("sector number", Long.toUnsignedString(number), "below 2^63");
        }
        return new SectorNumber(number);
    }

    /** Enters an array whose length is one of two, and answers which. */
    public static int arrayOf(CborReader reader, int fewer, int more) {
        int start = reader.position();
        int size = reader.array();
        if (size != fewer && size != more) {
            throw new CborException(
                    start, "an array of " + size + " items where " + fewer + " or " + more + " were expected");
        }
        return size;
    }

    public static BitField bitField(CborReader reader) {
        return BitField.parse(reader.bytes(MAX_BIT_FIELD));
    }

    public static Signature signature(CborReader reader) {
        return Signature.fromBytes(reader.bytes(MAX_SIGNATURE));
    }

    /** Reads an array of at most {@code max} items. */
    public static <T> List<T> list(CborReader reader, int max, String what, Function<CborReader, T> read) {
        int size = reader.array();
        if (size > max) {
            throw new InvalidValueException("number of " + what, size, "at most " + max);
        }
        var items = new ArrayList<T>(Math.min(size, 1024));
        for (int i = 0; i < size; i++) {
            items.add(read.apply(reader));
        }
        return List.copyOf(items);
    }

    public static void list(CborWriter writer, List<? extends CborRecord> items) {
        writer.array(items.size());
        items.forEach(item -> item.writeTo(writer));
    }

    /** Reads null as empty. */
    public static <T> Optional<T> optional(CborReader reader, Function<CborReader, T> read) {
        return reader.tryNull() ? Optional.empty() : Optional.of(read.apply(reader));
    }

    public static <T> void optional(CborWriter writer, Optional<T> value, Consumer<T> write) {
        value.ifPresentOrElse(write, writer::nul);
    }

    /** Splits CIDs that stand one after another with nothing between. */
    static List<Cid> concatenatedCids(byte[] bytes, int max) {
        var cids = new ArrayList<Cid>();
        int offset = 0;
        while (offset < bytes.length) {
            if (cids.size() == max) {
                throw new InvalidValueException("number of CIDs in a tipset key", cids.size() + 1, "at most " + max);
            }
            var cid = Cid.readPrefix(bytes, offset, bytes.length);
            cids.add(cid);
            offset += cid.length();
        }
        return cids;
    }
}
