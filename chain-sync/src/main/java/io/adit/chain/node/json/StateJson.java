package io.adit.chain.node.json;

import static io.adit.chain.node.json.ChainJson.MESSAGE;
import static io.adit.chain.node.json.ChainJson.RECEIPT;
import static io.adit.chain.node.json.JsonTypes.list;
import static io.adit.chain.node.json.JsonTypes.listOrNull;
import static io.adit.chain.node.json.JsonTypes.map;
import static io.adit.chain.node.json.JsonTypes.mapped;
import static io.adit.chain.node.json.JsonTypes.object;
import static io.adit.chain.node.json.LotusJson.ACTOR_ID;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.ADDRESS_OR_EMPTY;
import static io.adit.chain.node.json.LotusJson.BIG_INTEGER;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.json.LotusJson.BYTES;
import static io.adit.chain.node.json.LotusJson.CID;
import static io.adit.chain.node.json.LotusJson.EPOCH;
import static io.adit.chain.node.json.LotusJson.INT64;
import static io.adit.chain.node.json.LotusJson.TEXT;
import static io.adit.chain.node.json.LotusJson.TOKEN_AMOUNT;
import static io.adit.chain.node.json.LotusJson.UINT64;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.node.ActorState;
import io.adit.chain.node.CirculatingSupply;
import io.adit.chain.node.ExecutionTrace;
import io.adit.chain.node.ExecutionTrace.Answered;
import io.adit.chain.node.ExecutionTrace.GasCharge;
import io.adit.chain.node.ExecutionTrace.InvokedActor;
import io.adit.chain.node.ExecutionTrace.Sent;
import io.adit.chain.node.InvocationResult;
import io.adit.chain.node.InvocationResult.GasCost;
import io.adit.chain.node.MessageMatch;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.node.NodeVersion;
import io.adit.chain.node.ReadState;
import io.adit.core.fil.Network;
import io.adit.core.ipld.Cid;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Shapes of actors, of executed messages, and of what a node says about itself. */
public final class StateJson {

    private static final JsonType<JsonNode> ANY = new JsonType<>() {
        @Override
        public JsonNode encode(JsonNode value, Network network) {
            return value;
        }

        @Override
        public JsonNode decode(JsonNode node) {
            return node;
        }
    };

    private StateJson() {}

    /** What answers at the other end. */
    public static final JsonType<NodeVersion> NODE_VERSION = object(
            "version",
            in -> new NodeVersion(
                    in.get("Version", TEXT),
                    in.get("APIVersion", UINT64),
                    in.get("BlockDelay", UINT64),
                    in.find("Agent", TEXT)),
            (out, value) -> out.put("Version", TEXT, value.version())
                    .put("APIVersion", UINT64, value.apiVersion())
                    .put("BlockDelay", UINT64, value.blockDelaySeconds())
                    .put("Agent", TEXT, value.agent().orElse("")));

    /** An actor's state, whatever its fields; they stay as they are. */
    public static final JsonType<ReadState> READ_STATE = object(
            "actor state",
            in -> new ReadState(in.get("Balance", TOKEN_AMOUNT), in.get("Code", CID), in.get("State", ANY)),
            (out, value) -> out.put("Balance", TOKEN_AMOUNT, value.balance())
                    .put("Code", CID, value.code())
                    .put("State", ANY, value.state()));

    /** Which messages are looked for. */
    public static final JsonType<MessageMatch> MESSAGE_MATCH = object(
            "message match",
            in -> new MessageMatch(in.get("To", ADDRESS_OR_EMPTY), in.get("From", ADDRESS_OR_EMPTY)),
            (out, value) -> out.put("To", ADDRESS_OR_EMPTY, value.to()).put("From", ADDRESS_OR_EMPTY, value.from()));

    /** Code CIDs by actor name. */
    public static final JsonType<Map<String, Cid>> CODE_CIDS = map(Function.identity(), Function.identity(), CID);

    /** Upgrade heights by Lotus's field names, sorted when written. */
    private static final JsonType<Map<String, io.adit.core.fil.Epoch>> UPGRADES =
            map(Function.identity(), Function.identity(), EPOCH);

    /** What the node was built for. */
    public static final JsonType<NetworkParams> NETWORK_PARAMS = object(
            "network params",
            in -> new NetworkParams(
                    in.get("NetworkName", TEXT),
                    in.get("BlockDelaySecs", UINT64),
                    in.get("ConsensusMinerMinPower", BIG_INTEGER),
                    in.get("PreCommitChallengeDelay", INT64),
                    in.get("ForkUpgradeParams", UPGRADES),
                    in.get("Eip155ChainID", UINT64),
                    in.find("GenesisTimestamp", UINT64).orElse(0L)),
            (out, value) -> out.put("NetworkName", TEXT, value.networkName())
                    .put("BlockDelaySecs", UINT64, value.blockDelaySeconds())
                    .put("ConsensusMinerMinPower", BIG_INTEGER, value.consensusMinerMinPower())
                    .put("PreCommitChallengeDelay", INT64, value.preCommitChallengeDelay())
                    .put("ForkUpgradeParams", UPGRADES, value.forkUpgradeParams())
                    .put("Eip155ChainID", UINT64, value.eip155ChainId())
                    .put("GenesisTimestamp", UINT64, value.genesisTimestamp()));

    /** An actor's entry in the state tree. */
    public static final JsonType<ActorState> ACTOR = object(
            "actor",
            in -> new ActorState(
                    in.get("Code", CID),
                    in.get("Head", CID),
                    in.get("Nonce", UINT64),
                    in.get("Balance", TOKEN_AMOUNT),
                    in.find("DelegatedAddress", ADDRESS)),
            (out, value) -> out.put("Code", CID, value.code())
                    .put("Head", CID, value.head())
                    .put("Nonce", UINT64, value.nonce())
                    .put("Balance", TOKEN_AMOUNT, value.balance())
                    .put("DelegatedAddress", ADDRESS, value.delegatedAddress()));

    /** Where all FIL are. */
    public static final JsonType<CirculatingSupply> CIRCULATING_SUPPLY = object(
            "circulating supply",
            in -> new CirculatingSupply(
                    in.get("FilVested", TOKEN_AMOUNT),
                    in.get("FilMined", TOKEN_AMOUNT),
                    in.get("FilBurnt", TOKEN_AMOUNT),
                    in.get("FilLocked", TOKEN_AMOUNT),
                    in.get("FilCirculating", TOKEN_AMOUNT),
                    in.get("FilReserveDisbursed", TOKEN_AMOUNT)),
            (out, value) -> out.put("FilVested", TOKEN_AMOUNT, value.vested())
                    .put("FilMined", TOKEN_AMOUNT, value.mined())
                    .put("FilBurnt", TOKEN_AMOUNT, value.burnt())
                    .put("FilLocked", TOKEN_AMOUNT, value.locked())
                    .put("FilCirculating", TOKEN_AMOUNT, value.circulating())
                    .put("FilReserveDisbursed", TOKEN_AMOUNT, value.reserveDisbursed()));

    private static final JsonType<GasCost> GAS_COST = object(
            "gas cost",
            in -> new GasCost(
                    in.find("Message", CID),
                    in.get("GasUsed", BIG_INTEGER),
                    in.get("BaseFeeBurn", TOKEN_AMOUNT),
                    in.get("OverEstimationBurn", TOKEN_AMOUNT),
                    in.get("MinerPenalty", TOKEN_AMOUNT),
                    in.get("MinerTip", TOKEN_AMOUNT),
                    in.get("Refund", TOKEN_AMOUNT),
                    in.get("TotalCost", TOKEN_AMOUNT)),
            (out, value) -> out.put("Message", CID, value.message())
                    .put("GasUsed", BIG_INTEGER, value.gasUsed())
                    .put("BaseFeeBurn", TOKEN_AMOUNT, value.baseFeeBurn())
                    .put("OverEstimationBurn", TOKEN_AMOUNT, value.overEstimationBurn())
                    .put("MinerPenalty", TOKEN_AMOUNT, value.minerPenalty())
                    .put("MinerTip", TOKEN_AMOUNT, value.minerTip())
                    .put("Refund", TOKEN_AMOUNT, value.refund())
                    .put("TotalCost", TOKEN_AMOUNT, value.totalCost()));

    private static final JsonType<Sent> SENT = object(
            "traced message",
            in -> new Sent(
                    in.get("From", ADDRESS),
                    in.get("To", ADDRESS),
                    in.get("Value", TOKEN_AMOUNT),
                    in.get("Method", UINT64),
                    in.get("Params", BYTES),
                    in.get("ParamsCodec", UINT64),
                    in.get("GasLimit", UINT64),
                    in.get("ReadOnly", BOOL)),
            (out, value) -> out.put("From", ADDRESS, value.from())
                    .put("To", ADDRESS, value.to())
                    .put("Value", TOKEN_AMOUNT, value.value())
                    .put("Method", UINT64, value.method())
                    .put("Params", BYTES, value.params())
                    .put("ParamsCodec", UINT64, value.paramsCodec())
                    .put("GasLimit", UINT64, value.gasLimit())
                    .put("ReadOnly", BOOL, value.readOnly()));

    private static final JsonType<Answered> ANSWERED = object(
            "traced return",
            in -> new Answered(in.get("ExitCode", INT64), in.get("Return", BYTES), in.get("ReturnCodec", UINT64)),
            (out, value) -> out.put("ExitCode", INT64, value.exitCode())
                    .put("Return", BYTES, value.returnValue())
                    .put("ReturnCodec", UINT64, value.returnCodec()));

    private static final JsonType<InvokedActor> INVOKED_ACTOR = object(
            "invoked actor",
            in -> new InvokedActor(in.get("Id", ACTOR_ID), in.get("State", ACTOR)),
            (out, value) -> out.put("Id", ACTOR_ID, value.id()).put("State", ACTOR, value.state()));

    private static final JsonType<GasCharge> GAS_CHARGE = object(
            "gas charge",
            in -> new GasCharge(
                    in.get("Name", TEXT),
                    in.get("tg", INT64),
                    in.get("cg", INT64),
                    in.get("sg", INT64),
                    in.get("tt", INT64)),
            (out, value) -> out.put("Name", TEXT, value.name())
                    .put("tg", INT64, value.totalGas())
                    .put("cg", INT64, value.computeGas())
                    .put("sg", INT64, value.storageGas())
                    .put("tt", INT64, value.timeTaken()));

    /** A send and the sends inside it. Lotus's list of blocks read and written ({@code IpldOps}) is not kept. */
    public static final JsonType<ExecutionTrace> EXECUTION_TRACE =
            object("execution trace", StateJson::readTrace, StateJson::writeTrace);

    /** What running a message gave. */
    public static final JsonType<InvocationResult> INVOCATION_RESULT = object(
            "invocation result",
            in -> new InvocationResult(
                    in.get("MsgCid", CID),
                    in.get("Msg", MESSAGE),
                    in.get("MsgRct", RECEIPT),
                    in.get("GasCost", GAS_COST),
                    in.get("ExecutionTrace", EXECUTION_TRACE),
                    in.get("Error", TEXT),
                    in.get("Duration", mapped("nanoseconds", INT64, Duration::toNanos, Duration::ofNanos))),
            (out, value) -> out.put("MsgCid", CID, value.messageCid())
                    .put("Msg", MESSAGE, value.message())
                    .put("MsgRct", RECEIPT, value.receipt())
                    .put("GasCost", GAS_COST, value.gasCost())
                    .put("ExecutionTrace", EXECUTION_TRACE, value.executionTrace())
                    .put("Error", TEXT, value.error())
                    .put("Duration", INT64, value.duration().toNanos()));

    private static ExecutionTrace readTrace(ObjectReader in) {
        List<ExecutionTrace> subcalls = in.get("Subcalls", listOrNull(EXECUTION_TRACE));
        return new ExecutionTrace(
                in.get("Msg", SENT),
                in.get("MsgRct", ANSWERED),
                in.find("InvokedActor", INVOKED_ACTOR),
                in.get("GasCharges", list(GAS_CHARGE)),
                subcalls,
                in.get("Logs", listOrNull(TEXT)));
    }

    private static void writeTrace(ObjectWriter out, ExecutionTrace value) {
        out.put("Msg", SENT, value.message())
                .put("MsgRct", ANSWERED, value.receipt())
                .put("InvokedActor", INVOKED_ACTOR, value.invokedActor())
                .put("GasCharges", list(GAS_CHARGE), value.gasCharges())
                .put("Subcalls", listOrNull(EXECUTION_TRACE), value.subcalls());
        if (!value.logs().isEmpty()) {
            out.put("Logs", list(TEXT), value.logs());
        }
    }
}
