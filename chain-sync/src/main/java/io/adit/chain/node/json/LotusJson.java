package io.adit.chain.node.json;

import static io.adit.chain.node.json.JsonTypes.NODES;
import static io.adit.chain.node.json.JsonTypes.isNothing;
import static io.adit.chain.node.json.JsonTypes.listOrNull;
import static io.adit.chain.node.json.JsonTypes.mapped;
import static io.adit.chain.node.json.JsonTypes.object;
import static io.adit.chain.node.json.JsonTypes.shape;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** The JSON shapes of Lotus's scalar values. */
public final class LotusJson {

    private static final int LONGEST_CID = 256;
    private static final int LONGEST_ADDRESS = 128;
    private static final int LONGEST_AMOUNT = 160;

    private LotusJson() {}

    /** Text; Go writes an absent one as {@code ""}. */
    public static final JsonType<String> TEXT =
            shape("text", (value, network) -> NODES.textNode(value), node -> text(node, Integer.MAX_VALUE));

    /** True or false. */
    public static final JsonType<Boolean> BOOL = shape("bool", (value, network) -> NODES.booleanNode(value), node -> {
        if (!node.isBoolean()) {
            throw expected("true or false", node);
        }
        return node.booleanValue();
    });

    /** A number of Go's int64, or one of uint64 held in a long's 64 bits. */
    public static final JsonType<Long> INT64 = shape(
            "number",
            (value, network) -> NODES.numberNode(value),
            node -> integer(node).longValueExact());

    /** A number of Go's uint64, held in a long's 64 bits. */
    public static final JsonType<Long> UINT64 = shape(
            "unsigned number",
            (value, network) -> value >= 0
                    ? NODES.numberNode(value)
                    : BigIntegerNode.valueOf(new BigInteger(Long.toUnsignedString(value))),
            node -> {
                var value = integer(node);
                if (value.signum() < 0 || value.bitLength() > 64) {
                    throw expected("a number from 0 to 2^64-1", node);
                }
                return value.longValue();
            });

    /** A floating-point number. */
    public static final JsonType<Double> DOUBLE = shape("number", (value, network) -> NODES.numberNode(value), node -> {
        if (!node.isNumber()) {
            throw expected("a number", node);
        }
        return node.doubleValue();
    });

    /** Go's {@code []byte} in base64; an empty one is null (what Go makes of CBOR's empty byte string). */
    public static final JsonType<byte[]> BYTES = shape(
            "bytes",
            (value, network) -> value.length == 0
                    ? NullNode.getInstance()
                    : NODES.textNode(Base64.getEncoder().encodeToString(value)),
            node -> isNothing(node) ? new byte[0] : Base64.getDecoder().decode(text(node, Integer.MAX_VALUE)));

    /** A CID: {@code {"/":"bafy…"}}. */
    public static final JsonType<Cid> CID = shape(
            "CID",
            (value, network) -> NODES.objectNode().put("/", value.toString()),
            node -> Cid.parse(text(node.path("/"), LONGEST_CID)));

    /** An address as text with the network's prefix. */
    public static final JsonType<Address> ADDRESS = shape(
            "address",
            (value, network) -> NODES.textNode(value.toString(network)),
            node -> Address.parse(text(node, LONGEST_ADDRESS)));

    /** Go's undefined address: {@code "<empty>"}, which Lotus also writes as {@code ""} or null in places. */
    static final JsonType<Optional<Address>> ADDRESS_OR_EMPTY = shape(
            "address",
            (value, network) -> value.isPresent() ? ADDRESS.encode(value.get(), network) : NODES.textNode("<empty>"),
            node -> isNothing(node) || node.asText().isEmpty() || node.asText().equals("<empty>")
                    ? Optional.empty()
                    : Optional.of(ADDRESS.decode(node)));

    /** A big integer as a decimal string. */
    public static final JsonType<BigInteger> BIG_INTEGER =
            shape("big integer", (value, network) -> NODES.textNode(value.toString()), LotusJson::bigInteger);

    /** AttoFIL as a decimal string. */
    public static final JsonType<TokenAmount> TOKEN_AMOUNT =
            mapped("token amount", BIG_INTEGER, TokenAmount::atto, TokenAmount::new);

    /** An epoch; null rounds and negative epochs (before genesis) occur. */
    public static final JsonType<Epoch> EPOCH = mapped("epoch", INT64, Epoch::value, Epoch::new);

    /** An epoch where −1 means none. */
    static final JsonType<Optional<Epoch>> EPOCH_OR_MINUS_ONE = mapped(
            "epoch",
            INT64,
            epoch -> epoch.map(Epoch::value).orElse(-1L),
            value -> value == -1 ? Optional.empty() : Optional.of(new Epoch(value)));

    /** An epoch where 0 means none. */
    static final JsonType<Optional<Epoch>> EPOCH_OR_ZERO = mapped(
            "epoch",
            INT64,
            epoch -> epoch.map(Epoch::value).orElse(0L),
            value -> value == 0 ? Optional.empty() : Optional.of(new Epoch(value)));

    /** A sector number. */
    public static final JsonType<SectorNumber> SECTOR_NUMBER =
            mapped("sector number", UINT64, SectorNumber::value, SectorNumber::new);

    /** The number of an ID address. */
    static final JsonType<ActorId> ACTOR_ID = mapped("actor ID", UINT64, ActorId::value, ActorId::new);

    /** A sector size in bytes. */
    public static final JsonType<SectorSize> SECTOR_SIZE =
            mapped("sector size", UINT64, SectorSize::bytes, SectorSize::ofBytes);

    /** A padded piece size in bytes. */
    public static final JsonType<PaddedSize> PADDED_SIZE =
            mapped("padded size", UINT64, PaddedSize::bytes, PaddedSize::new);

    /** A registered seal proof's number. */
    public static final JsonType<RegisteredSealProof> SEAL_PROOF =
            mapped("seal proof", INT64, RegisteredSealProof::number, RegisteredSealProof::fromNumber);

    /** A registered PoSt proof's number. */
    public static final JsonType<RegisteredPoStProof> POST_PROOF =
            mapped("PoSt proof", INT64, RegisteredPoStProof::number, RegisteredPoStProof::fromNumber);

    /** 32 bytes of randomness, in base64. */
    public static final JsonType<Randomness> RANDOMNESS =
            mapped("randomness", BYTES, Randomness::bytes, Randomness::of);

    /** The CIDs of a tipset; null is the empty key, which is written {@code []}. */
    public static final JsonType<TipSetKey> TIP_SET_KEY =
            mapped("tipset key", JsonTypes.list(CID), TipSetKey::cids, TipSetKey::new);

    /** A signature by type number and bytes. */
    public static final JsonType<Signature> SIGNATURE = object(
            "signature",
            in -> new Signature(signatureType(in.get("Type", INT64)), in.get("Data", BYTES)),
            (out, value) -> out.put("Type", INT64, (long) value.type().number()).put("Data", BYTES, value.data()));

    /** A set of numbers as the lengths of its runs, the first one of absent numbers; the empty set is {@code [0]}. */
    public static final JsonType<BitField> BIT_FIELD =
            shape("bit field", (value, network) -> runs(value), LotusJson::bitField);

    /** Deal IDs; nil in Go when there are none. */
    static final JsonType<java.util.List<Long>> DEAL_IDS = listOrNull(UINT64);

    private static JsonNode runs(BitField value) {
        var array = NODES.arrayNode();
        for (long run : value.runs()) {
            array.add(run);
        }
        return array;
    }

    private static BitField bitField(JsonNode node) {
        if (!node.isArray()) {
            throw expected("an array of runs", node);
        }
        var runs = new long[node.size()];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = integer(node.path(i)).longValueExact();
        }
        return BitField.ofRuns(runs);
    }

    private static SignatureType signatureType(long number) {
        return Arrays.stream(SignatureType.values())
                .filter(type -> type.number() == number)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no signature type has number " + number));
    }

    private static BigInteger bigInteger(JsonNode node) {
        if (node.isTextual()) {
            var text = text(node, LONGEST_AMOUNT);
            return text.isEmpty() ? BigInteger.ZERO : new BigInteger(text);
        }
        return integer(node);
    }

    private static BigInteger integer(JsonNode node) {
        if (!node.isIntegralNumber()) {
            throw expected("a whole number", node);
        }
        return node.bigIntegerValue();
    }

    private static String text(JsonNode node, int longest) {
        if (!node.isTextual()) {
            throw expected("text", node);
        }
        var text = node.textValue();
        if (text.length() > longest) {
            throw new IllegalArgumentException("text of " + text.length() + " characters, " + longest + " allowed");
        }
        return text;
    }

    static IllegalArgumentException expected(String what, JsonNode node) {
        return new IllegalArgumentException(what + " was expected, " + node.getNodeType() + " found");
    }
}
