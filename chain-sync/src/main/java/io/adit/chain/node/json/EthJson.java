package io.adit.chain.node.json;

import static io.adit.chain.node.json.JsonTypes.NODES;
import static io.adit.chain.node.json.JsonTypes.isNothing;
import static io.adit.chain.node.json.JsonTypes.list;
import static io.adit.chain.node.json.JsonTypes.mapped;
import static io.adit.chain.node.json.JsonTypes.nullable;
import static io.adit.chain.node.json.JsonTypes.object;
import static io.adit.chain.node.json.JsonTypes.shape;
import static io.adit.chain.node.json.LotusJson.BOOL;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.node.eth.EthAddress;
import io.adit.chain.node.eth.EthBlock;
import io.adit.chain.node.eth.EthBlockParam;
import io.adit.chain.node.eth.EthCall;
import io.adit.chain.node.eth.EthHash;
import io.adit.chain.node.eth.EthLog;
import io.adit.chain.node.eth.EthLogFilter;
import io.adit.chain.node.eth.EthReceipt;
import io.adit.chain.node.eth.EthTransaction;
import io.adit.chain.type.Message;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Ethereum's shapes as Lotus writes them: numbers and bytes in hexadecimal, absent fields left out of requests. */
public final class EthJson {

    /** 256 bits, which is what Ethereum has. */
    private static final int LONGEST_NUMBER = 64;

    private static final int NONCE_DIGITS = 16;

    private EthJson() {}

    /** A number of at most 256 bits, without leading zeros. */
    private static final JsonType<BigInteger> NUMBER =
            shape("hexadecimal number", (value, network) -> NODES.textNode("0x" + value.toString(16)), node -> {
                var digits = digits(node, LONGEST_NUMBER);
                return digits.isEmpty() ? BigInteger.ZERO : new BigInteger(digits, 16);
            });

    /** A number of Go's uint64, held in a long's 64 bits. */
    public static final JsonType<Long> QUANTITY = shape(
            "hexadecimal number",
            (value, network) -> NODES.textNode("0x" + Long.toHexString(value)),
            node -> Long.parseUnsignedLong(digits(node, NONCE_DIGITS), 16));

    /** AttoFIL. */
    public static final JsonType<TokenAmount> WEI = mapped("amount", NUMBER, TokenAmount::atto, TokenAmount::new);

    /** An epoch as a block's number. */
    public static final JsonType<Epoch> BLOCK_NUMBER = mapped("block number", QUANTITY, Epoch::value, Epoch::new);

    /** Bytes; none are {@code 0x}. */
    public static final JsonType<byte[]> DATA = shape(
            "hexadecimal bytes",
            (value, network) -> NODES.textNode("0x" + HexFormat.of().formatHex(value)),
            node -> HexFormat.of().parseHex(digits(node, 2 * Message.MAX_PARAMS)));

    /** Sixty-four bits with all their digits. */
    private static final JsonType<Long> NONCE = shape(
            "nonce",
            (value, network) -> NODES.textNode("0x" + HexFormat.of().toHexDigits(value)),
            node -> Long.parseUnsignedLong(digits(node, NONCE_DIGITS), 16));

    /** Thirty-two bytes. */
    public static final JsonType<EthHash> HASH = shape(
            "hash",
            (value, network) -> NODES.textNode(value.text()),
            node -> new EthHash("0x" + digits(node, LONGEST_NUMBER)));

    /** Twenty bytes. */
    public static final JsonType<EthAddress> ADDRESS = shape(
            "address",
            (value, network) -> NODES.textNode(value.text()),
            node -> new EthAddress("0x" + digits(node, LONGEST_NUMBER)));

    /** A block by name, number or hash. */
    public static final JsonType<EthBlockParam> BLOCK_PARAM = shape(
            "block",
            (value, network) -> switch (value) {
                case EthBlockParam.Named named -> NODES.textNode(named.name().toLowerCase(Locale.ROOT));
                case EthBlockParam.AtEpoch number -> BLOCK_NUMBER.encode(number.epoch(), network);
                case EthBlockParam.Hash hash -> {
                    var out = new ObjectWriter(network).put("blockHash", HASH, hash.hash());
                    yield hash.requireCanonical()
                            ? out.put("requireCanonical", BOOL, true).finish()
                            : out.finish();
                }
            },
            EthJson::blockParam);

    /** A call to be tried. */
    public static final JsonType<EthCall> CALL = object(
            "call",
            in -> new EthCall(
                    in.find("from", ADDRESS),
                    in.find("to", ADDRESS),
                    in.find("gas", QUANTITY),
                    in.find("gasPrice", WEI),
                    in.find("value", WEI),
                    in.find("data", DATA)),
            (out, value) -> {
                given(out, "from", ADDRESS, value.from());
                given(out, "to", ADDRESS, value.to());
                given(out, "gas", QUANTITY, value.gas());
                given(out, "gasPrice", WEI, value.gasPrice());
                given(out, "value", WEI, value.value());
                given(out, "data", DATA, value.data());
            });

    /** A transaction. */
    public static final JsonType<EthTransaction> TRANSACTION = object(
            "transaction",
            in -> new EthTransaction(
                    in.get("chainId", QUANTITY),
                    in.get("nonce", QUANTITY),
                    in.get("hash", HASH),
                    in.find("blockHash", HASH),
                    in.find("blockNumber", BLOCK_NUMBER),
                    in.find("transactionIndex", QUANTITY),
                    in.get("from", ADDRESS),
                    in.find("to", ADDRESS),
                    in.get("value", WEI),
                    in.get("type", QUANTITY),
                    in.get("input", DATA),
                    in.get("gas", QUANTITY),
                    in.find("maxFeePerGas", WEI),
                    in.find("maxPriorityFeePerGas", WEI),
                    in.find("gasPrice", WEI),
                    in.get("accessList", list(HASH)),
                    new EthTransaction.Signature(in.get("v", NUMBER), in.get("r", NUMBER), in.get("s", NUMBER))),
            EthJson::write);

    private static void write(ObjectWriter out, EthTransaction value) {
        out.put("chainId", QUANTITY, value.chainId())
                .put("nonce", QUANTITY, value.nonce())
                .put("hash", HASH, value.hash())
                .put("blockHash", HASH, value.blockHash())
                .put("blockNumber", BLOCK_NUMBER, value.blockNumber())
                .put("transactionIndex", QUANTITY, value.transactionIndex())
                .put("from", ADDRESS, value.from())
                .put("to", ADDRESS, value.to())
                .put("value", WEI, value.value())
                .put("type", QUANTITY, value.type())
                .put("input", DATA, value.input())
                .put("gas", QUANTITY, value.gas());
        given(out, "maxFeePerGas", WEI, value.maxFeePerGas());
        given(out, "maxPriorityFeePerGas", WEI, value.maxPriorityFeePerGas());
        given(out, "gasPrice", WEI, value.gasPrice());
        out.put("accessList", list(HASH), value.accessList())
                .put("v", NUMBER, value.signature().v())
                .put("r", NUMBER, value.signature().r())
                .put("s", NUMBER, value.signature().s());
    }

    private static final JsonType<EthBlock.Entry> ENTRY = shape(
            "transaction",
            (value, network) -> switch (value) {
                case EthHash hash -> HASH.encode(hash, network);
                case EthTransaction whole -> TRANSACTION.encode(whole, network);
            },
            node -> node.isTextual() ? HASH.decode(node) : TRANSACTION.decode(node));

    /** A tipset as a block. */
    public static final JsonType<EthBlock> BLOCK = object(
            "block",
            in -> new EthBlock(
                    in.get("hash", HASH),
                    in.get("parentHash", HASH),
                    in.get("sha3Uncles", HASH),
                    in.get("miner", ADDRESS),
                    in.get("stateRoot", HASH),
                    in.get("transactionsRoot", HASH),
                    in.get("receiptsRoot", HASH),
                    in.get("logsBloom", DATA),
                    in.get("difficulty", QUANTITY),
                    in.get("totalDifficulty", QUANTITY),
                    in.get("number", BLOCK_NUMBER),
                    in.get("gasLimit", QUANTITY),
                    in.get("gasUsed", QUANTITY),
                    in.get("timestamp", QUANTITY),
                    in.get("extraData", DATA),
                    in.get("mixHash", HASH),
                    in.get("nonce", NONCE),
                    in.get("baseFeePerGas", WEI),
                    in.get("size", QUANTITY),
                    in.get("transactions", list(ENTRY)),
                    in.get("uncles", list(HASH))),
            (out, value) -> out.put("hash", HASH, value.hash())
                    .put("parentHash", HASH, value.parentHash())
                    .put("sha3Uncles", HASH, value.sha3Uncles())
                    .put("miner", ADDRESS, value.miner())
                    .put("stateRoot", HASH, value.stateRoot())
                    .put("transactionsRoot", HASH, value.transactionsRoot())
                    .put("receiptsRoot", HASH, value.receiptsRoot())
                    .put("logsBloom", DATA, value.logsBloom())
                    .put("difficulty", QUANTITY, value.difficulty())
                    .put("totalDifficulty", QUANTITY, value.totalDifficulty())
                    .put("number", BLOCK_NUMBER, value.number())
                    .put("gasLimit", QUANTITY, value.gasLimit())
                    .put("gasUsed", QUANTITY, value.gasUsed())
                    .put("timestamp", QUANTITY, value.timestamp())
                    .put("extraData", DATA, value.extraData())
                    .put("mixHash", HASH, value.mixHash())
                    .put("nonce", NONCE, value.nonce())
                    .put("baseFeePerGas", WEI, value.baseFeePerGas())
                    .put("size", QUANTITY, value.size())
                    .put("transactions", list(ENTRY), value.transactions())
                    .put("uncles", list(HASH), value.uncles()));

    /** An event of a contract. */
    public static final JsonType<EthLog> LOG = object(
            "log",
            in -> new EthLog(
                    in.get("address", ADDRESS),
                    in.get("data", DATA),
                    in.get("topics", list(HASH)),
                    in.get("removed", BOOL),
                    in.get("logIndex", QUANTITY),
                    in.get("transactionIndex", QUANTITY),
                    in.get("transactionHash", HASH),
                    in.get("blockHash", HASH),
                    in.get("blockNumber", BLOCK_NUMBER)),
            (out, value) -> out.put("address", ADDRESS, value.address())
                    .put("data", DATA, value.data())
                    .put("topics", list(HASH), value.topics())
                    .put("removed", BOOL, value.removed())
                    .put("logIndex", QUANTITY, value.logIndex())
                    .put("transactionIndex", QUANTITY, value.transactionIndex())
                    .put("transactionHash", HASH, value.transactionHash())
                    .put("blockHash", HASH, value.blockHash())
                    .put("blockNumber", BLOCK_NUMBER, value.blockNumber()));

    /** What running a transaction gave. */
    public static final JsonType<EthReceipt> RECEIPT = object(
            "receipt",
            in -> new EthReceipt(
                    in.get("transactionHash", HASH),
                    in.get("transactionIndex", QUANTITY),
                    in.get("blockHash", HASH),
                    in.get("blockNumber", BLOCK_NUMBER),
                    in.get("from", ADDRESS),
                    in.find("to", ADDRESS),
                    in.get("root", HASH),
                    in.get("status", QUANTITY),
                    in.find("contractAddress", ADDRESS),
                    in.get("cumulativeGasUsed", QUANTITY),
                    in.get("gasUsed", QUANTITY),
                    in.get("effectiveGasPrice", WEI),
                    in.get("logsBloom", DATA),
                    in.get("logs", list(LOG)),
                    in.get("type", QUANTITY)),
            (out, value) -> out.put("transactionHash", HASH, value.transactionHash())
                    .put("transactionIndex", QUANTITY, value.transactionIndex())
                    .put("blockHash", HASH, value.blockHash())
                    .put("blockNumber", BLOCK_NUMBER, value.blockNumber())
                    .put("from", ADDRESS, value.from())
                    .put("to", ADDRESS, value.to())
                    .put("root", HASH, value.root())
                    .put("status", QUANTITY, value.status())
                    .put("contractAddress", ADDRESS, value.contractAddress())
                    .put("cumulativeGasUsed", QUANTITY, value.cumulativeGasUsed())
                    .put("gasUsed", QUANTITY, value.gasUsed())
                    .put("effectiveGasPrice", WEI, value.effectiveGasPrice())
                    .put("logsBloom", DATA, value.logsBloom())
                    .put("logs", list(LOG), value.logs())
                    .put("type", QUANTITY, value.type()));

    /** One topic or several for a place; null for any. */
    private static final JsonType<List<EthHash>> PLACE = shape(
            "topics",
            (value, network) -> JsonTypes.listOrNull(HASH).encode(value, network),
            node -> node.isTextual() ? List.of(HASH.decode(node)) : list(HASH).decode(node));

    private static final JsonType<List<EthAddress>> ADDRESSES = shape(
            "addresses",
            (value, network) -> list(ADDRESS).encode(value, network),
            node -> node.isTextual()
                    ? List.of(ADDRESS.decode(node))
                    : list(ADDRESS).decode(node));

    /** Which logs are asked for. */
    public static final JsonType<EthLogFilter> LOG_FILTER = object(
            "log filter",
            in -> new EthLogFilter(
                    in.find("fromBlock", BLOCK_PARAM),
                    in.find("toBlock", BLOCK_PARAM),
                    in.find("address", ADDRESSES).orElse(List.of()),
                    in.find("topics", list(PLACE)).orElse(List.of()),
                    in.find("blockHash", HASH)),
            (out, value) -> {
                given(out, "fromBlock", BLOCK_PARAM, value.fromBlock());
                given(out, "toBlock", BLOCK_PARAM, value.toBlock());
                given(out, "address", ADDRESSES, Optional.of(value.addresses()).filter(some -> !some.isEmpty()));
                given(out, "topics", list(PLACE), Optional.of(value.topics()).filter(some -> !some.isEmpty()));
                given(out, "blockHash", HASH, value.blockHash());
            });

    /** Null where there is none. */
    public static final JsonType<Optional<EthBlock>> BLOCK_OR_NULL = nullable(BLOCK);

    private static <T> void given(ObjectWriter out, String name, JsonType<T> type, Optional<T> value) {
        value.ifPresent(there -> out.put(name, type, there));
    }

    private static EthBlockParam blockParam(JsonNode node) {
        if (node.isObject()) {
            var in = new ObjectReader("block", node);
            var number = in.find("blockNumber", BLOCK_NUMBER);
            var hash = in.find("blockHash", HASH);
            if (number.isPresent() == hash.isPresent()) {
                throw new IllegalArgumentException("a block's number or its hash was expected");
            }
            return number.<EthBlockParam>map(EthBlockParam.AtEpoch::new)
                    .orElseGet(() -> new EthBlockParam.Hash(
                            hash.orElseThrow(),
                            in.find("requireCanonical", BOOL).orElse(false)));
        }
        for (var named : EthBlockParam.Named.values()) {
            if (node.asText().equals(named.name().toLowerCase(Locale.ROOT))) {
                return named;
            }
        }
        return new EthBlockParam.AtEpoch(BLOCK_NUMBER.decode(node));
    }

    private static String digits(JsonNode node, int most) {
        if (isNothing(node) || !node.isTextual()) {
            throw LotusJson.expected("hexadecimal text", node);
        }
        var text = node.textValue();
        if (!text.startsWith("0x") || text.length() > most + 2) {
            throw new IllegalArgumentException("0x and at most " + most + " digits were expected");
        }
        return text.substring(2);
    }
}
