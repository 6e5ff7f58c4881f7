package io.adit.devnet.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.Vectors;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.rpc.RpcCatalogue;
import io.adit.chain.node.rpc.RpcMethod;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method that the devnet serves, asked live and held against what a real Lotus answered. */
class ShapeTest {
    private static final List<String> FOLDERS = List.of(
            "lotus/rpc/http/",
            "lotus/rpc/miner-run/",
            "lotus/rpc/miner-init/",
            "lotus/rpc/new-miner/",
            "lotus2/rpc/miner-run/");

    /** Recordings of several methods in one file. */
    private static final List<String> MIXED =
            List.of("lotus2/rpc/deals.json", "lotus2/rpc/deals-mistakes.json", "lotus2/rpc/mpool-errors.json");

    private static final String ALLOCATION = """
            {"Client":1000,"Provider":1000,"Data":{"/":"bafy2bzacea3wsdh6y3a36tb3skempjoxqpuyompjbmfeyf34fi3uy6uue42v4"},
             "Size":1032,"TermMin":10101,"TermMax":10101,"Expiration":10101}
            """;

    /** Places in answers whose keys are data. */
    private static final Set<String> MAPS = Set.of(
            "StateMarketDeals", "StateActorCodeCIDs", "StateGetNetworkParams.ForkUpgradeParams", "StateGetAllocations");

    /** Recorded only where there was no message; what a message looks like there is Lotus's {@code api.Message}. */
    private static final Set<String> RECORDED_EMPTY = Set.of("ChainGetParentMessages", "ChainGetMessagesInTipset");

    /**
     * Served without a recording, since no client of the recorded networks asked: answers of Lotus's API documentation
     * (documentation/en/api-v1-unstable-methods.md), and null where its Go type is a pointer.
     */
    private static final Map<String, List<String>> UNRECORDED = Map.of(
            "MsigGetPending",
            List.of(
                    "[{\"ID\":9,\"To\":\"f01234\",\"Value\":\"0\",\"Method\":1,\"Params\":\"Ynl0ZSBhcnJheQ==\",\"Approved\":[\"f01234\"]}]"),
            "StateGetAllocation",
            List.of("null", ALLOCATION),
            "StateGetAllocationForPendingDeal",
            List.of("null", ALLOCATION),
            "StateGetAllocationIdForPendingDeal",
            List.of("0"),
            "StateListMessages",
            List.of("[{\"/\":\"bafy2bzacea3wsdh6y3a36tb3skempjoxqpuyompjbmfeyf34fi3uy6uue42v4\"}]"));

    /** What needs contracts, which the devnet has not; with parameters that Lotus reads. */
    private static final Map<String, String> NOT_SERVED = Map.of(
            "EthGetBlockByNumber", "[\"latest\", false]",
            "EthCall", "[{\"to\":\"0xff00000000000000000000000000000000000064\",\"data\":\"0x\"}, \"latest\"]",
            "EthEstimateGas", "[{\"to\":\"0xff00000000000000000000000000000000000064\",\"value\":\"0x1\"}]",
            "EthSendRawTransaction", "[\"0x02\"]",
            "EthGetTransactionReceipt", "[\"0x7081d9d38f5ba33fc6716e0171b4433371f488c9969a48b1e5ba6776c38cc187\"]",
            "EthGetTransactionByHash", "[\"0x7081d9d38f5ba33fc6716e0171b4433371f488c9969a48b1e5ba6776c38cc187\"]",
            "EthGetLogs", "[{\"fromBlock\":\"0x1\",\"toBlock\":\"latest\"}]");

    private static final LiveChain CHAIN = new LiveChain();

    @AfterAll
    static void close() {
        CHAIN.close();
    }

    /** Calls by method; each answer must have a shape that was recorded. */
    private static final String CALLS = """
            ChainHead                           | []
            ChainGetGenesis                     | []
            ChainGetTipSet                      | [$head]
            ChainGetTipSet                      | [$carrier]
            ChainGetTipSetByHeight              | [$height, []]
            ChainGetTipSetAfterHeight           | [5, $head]
            ChainGetBlock                       | [$block]
            ChainGetBlockMessages               | [$block]
            ChainGetParentMessages              | [$child]
            ChainGetParentReceipts              | [$child]
            ChainGetMessagesInTipset            | [$carrier]
            ChainGetMessage                     | [$landed]
            ChainGetPath                        | [$carrier, $head]
            ChainHasObj                         | [$block]
            ChainReadObj                        | [$block]
            ChainTipSetWeight                   | [$head]
            GasEstimateMessageGas               | [$call, {"MaxFee":"0","MsgUuid":"00000000-0000-0000-0000-000000000000","MaximizeFeeCap":false}, []]
            GasEstimateMessageGas               | [$faults, null, []]
            GasEstimateGasLimit                 | [$call, []]
            GasEstimateGasPremium               | [10, $worker, 1000000, []]
            GasEstimateFeeCap                   | [$call, 20, []]
            MpoolGetNonce                       | [$worker]
            MpoolPending                        | [[]]
            MpoolSelect                         | [$head, 0.9]
            MpoolPush                           | [$unsent]
            MpoolPushMessage                    | [$call, null]
            MinerGetBaseInfo                    | [$miner, $now, $head]
            MinerCreateBlock                    | [$template]
            SyncSubmitBlock                     | [$made]
            F3GetOrRenewParticipationTicket     | [$miner, null, 5]
            EthChainId                          | []
            EthBlockNumber                      | []
            EthGasPrice                         | []
            EthMaxPriorityFeePerGas             | []
            EthGetBalance                       | ["0xff00000000000000000000000000000000000064", "latest"]
            EthGetTransactionCount              | ["0xff00000000000000000000000000000000000064", "pending"]
            EthGetTransactionCount              | ["0xff00000000000000000000000000000000000064", "0x5"]
            MsigGetPending                      | [$multisig, []]
            F3GetManifest                       | []
            F3Participate                       | [$ticket]
            StateAccountKey                     | ["t0100", []]
            StateActorCodeCIDs                  | [28]
            StateCall                           | [$call, []]
            StateCall                           | [$failing, []]
            StateCirculatingSupply              | [[]]
            StateDealProviderCollateralBounds   | [2048, false, []]
            StateGetActor                       | [$miner, []]
            StateGetActor                       | [$worker, []]
            StateGetAllocation                  | [$client, 1, []]
            StateGetAllocationForPendingDeal    | [$deal, []]
            StateGetAllocationIdForPendingDeal  | [$deal, []]
            StateGetAllocations                 | [$client, []]
            StateVerifiedClientStatus           | [$client, []]
            StateListMessages                   | [{"To":$miner,"From":$worker}, $head, 1]
            MarketAddBalance                    | [$worker, $worker, "5000000000"]
            StateGetBeaconEntry                 | [5]
            StateGetNetworkParams               | []
            StateGetRandomnessDigestFromBeacon  | [5, []]
            StateGetRandomnessDigestFromTickets | [5, []]
            StateGetRandomnessFromBeacon        | [6, 5, "QwDoBw==", []]
            StateGetRandomnessFromTickets       | [5, 5, "QwDoBw==", []]
            StateListMiners                     | [[]]
            StateLookupID                       | [$worker, []]
            StateLookupRobustAddress            | ["t0100", []]
            StateMarketBalance                  | [$miner, []]
            StateMarketDeals                    | [[]]
            StateMarketStorageDeal              | [$deal, []]
            StateMinerActiveSectors             | [$miner, []]
            StateMinerActiveSectors             | ["t01000", []]
            StateMinerAllocated                 | [$miner, []]
            StateMinerAvailableBalance          | [$miner, []]
            StateMinerCreationDeposit           | [[]]
            StateMinerDeadlines                 | [$miner, []]
            StateMinerFaults                    | [$miner, []]
            StateMinerInfo                      | [$miner, []]
            StateMinerInitialPledgeForSector    | [500000, 2048, 0, []]
            StateMinerPartitions                | [$miner, $deadline, []]
            StateMinerPartitions                | ["t01000", 1, []]
            StateMinerPower                     | [$miner, []]
            StateMinerPreCommitDepositForPower  | [$miner, $preCommit, []]
            StateMinerProvingDeadline           | [$miner, []]
            StateMinerRecoveries                | [$miner, []]
            StateMinerSectorAllocated           | [$miner, 1, []]
            StateMinerSectorCount               | [$miner, []]
            StateMinerSectors                   | [$miner, null, []]
            StateMinerSectors                   | ["t01000", null, []]
            StateNetworkName                    | []
            StateNetworkVersion                 | [[]]
            StateReadState                      | [$miner, []]
            StateReplay                         | [[], $landed]
            StateSearchMsg                      | [[], $landed, -1, true]
            StateSectorExpiration               | [$miner, 1, []]
            StateSectorGetInfo                  | [$miner, 1, []]
            StateSectorGetInfo                  | [$miner, 77, []]
            StateSectorPartition                | [$miner, 1, []]
            StateSectorPreCommitInfo            | [$miner, 2, []]
            StateSectorPreCommitInfo            | [$miner, 77, []]
            StateVMCirculatingSupplyInternal    | [[]]
            StateWaitMsg                        | [$landed, 0, -1, true]
            Version                             | []
            WalletBalance                       | [$worker]
            WalletHas                           | [$worker]
            WalletList                          | []
            WalletSign                          | [$worker, "aGVsbG8="]
            WalletSignMessage                   | [$worker, $call]
            """;

    record Call(String method, String params) {
        @Override
        public String toString() {
            return method + params;
        }
    }

    static List<Call> calls() {
        return CALLS.lines()
                .map(line -> line.split("\\|", 2))
                .map(parts -> new Call(parts[0].strip(), parts[1].strip()))
                .toList();
    }

    private static List<JsonNode> recordings(String method) {
        var files = Stream.concat(FOLDERS.stream().map(folder -> folder + method + ".json"), MIXED.stream())
                .filter(file -> ShapeTest.class.getResource("/vectors/" + file) != null);
        return files.flatMap(file -> Vectors.elements(Vectors.load(file)))
                .filter(pair -> pair.path("request").path("method").asText().equals("Filecoin." + method))
                .filter(pair -> pair.path("path").asText().equals("/rpc/v1"))
                .map(pair -> pair.path("response"))
                .filter(JsonNode::isObject)
                .toList();
    }

    private static Shape recorded(String method) {
        var shape = new Shape(method, MAPS);
        recordings(method).stream()
                .filter(response -> !response.has("error"))
                .forEach(response -> shape.learn(response.path("result")));
        UNRECORDED.getOrDefault(method, List.of()).forEach(documented -> shape.learn(LiveChain.parse(documented)));
        if (RECORDED_EMPTY.contains(method)) {
            recordings("ChainGetMessage").forEach(response -> shape.learn(listed(response.path("result"))));
        }
        return shape;
    }

    private static JsonNode listed(JsonNode message) {
        var list = JsonNodeFactory.instance.arrayNode();
        list.addObject().<ObjectNode>set("Cid", message.path("CID")).set("Message", message);
        return list;
    }

    @ParameterizedTest
    @MethodSource("calls")
    void anAnswerHasARecordedShape_whenAskedLive(Call call) {
        var answer = CHAIN.call(call.method(), call.params());

        assertThat(recorded(call.method()).differences(answer)).isEmpty();
    }

    @Test
    void everyMethodIsAskedAndRecorded_exceptThoseNamed() {
        var asked = calls().stream().map(Call::method).collect(Collectors.toCollection(TreeSet::new));
        var served =
                RpcCatalogue.methods().stream().map(RpcMethod::name).collect(Collectors.toCollection(TreeSet::new));
        served.removeAll(NOT_SERVED.keySet());
        var unrecorded = served.stream()
                .filter(method -> recordings(method).stream().allMatch(response -> response.has("error")))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(asked).isEqualTo(served);
        assertThat(unrecorded).isEqualTo(new TreeSet<>(UNRECORDED.keySet()));
    }

    @Test
    void aMethodThatIsNotServedIsUnknown_asLotusSaysIt() {
        NOT_SERVED.forEach((method, params) -> {
            var refused = catchThrowableOfType(RpcException.class, () -> CHAIN.call(method, params));

            assertThat(refused.rpcCode()).hasValue(-32601);
            assertThat(refused.nodeMessage()).isEqualTo("method 'Filecoin." + method + "' not found");
        });
    }

    /** The recorded refusal with the same note must have the same code and, numbers and names aside, the same words. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ChainGetTipSetByHeight        | [$future, []]              | looking for tipset with height
            ChainReadObj                  | [{"/":"bafy2bzacecnamqgqmifpluoeldx7zzglxcljo6oja4vrmtj7432rphldpdmm2"}] | blockstore get
            GasEstimateMessageGas         | [$failing, null, []]       | message execution failed (exit=[ErrIllegalArgument(16)]
            MinerGetBaseInfo              | ["t099", $now, $head]      | failed to load miner actor state
            MpoolPush                     | [$pending]                 | failed to add locked
            MpoolPushMessage              | [$failing, null]           | GasEstimateMessageGas error: message execution failed (exit=[ErrIllegalArgument(16)]
            MpoolPushMessage              | [{"Version":0,"To":$miner,"From":$miner,"Nonce":0,"Value":"0","GasLimit":0,"GasFeeCap":"0","GasPremium":"0","Method":0,"Params":null}, null] | getting key address
            MpoolPushMessage              | [{"Version":0,"To":$miner,"From":$worker,"Nonce":7,"Value":"0","GasLimit":0,"GasFeeCap":"0","GasPremium":"0","Method":0,"Params":null}, null] | MpoolPushMessage expects
            MpoolPushMessage              | [$call, {"MaxFee":"1","MsgUuid":"00000000-0000-0000-0000-000000000000","MaximizeFeeCap":false}] | mpool push: failed to push
            StateAccountKey               | ["t01", []]                | failed to get account actor state
            StateGetRandomnessFromTickets | [5, $future, "QwDoBw==", []] | getting chain randomness
            StateLookupID                 | [$stranger, []]            | actor not found
            StateMarketStorageDeal        | [999999, []]               | deal 999999 not found
            StateMinerInfo                | ["t01", []]                | failed to load miner actor state
            StateMinerInfo                | ["t09999", []]             | failed to load miner actor: actor not found
            StateMinerInfo                | ["xyz", []]                | unmarshaling params
            StateMinerPartitions          | [$miner, 48, []]           | failed to load the deadline
            StateSearchMsg                | [[], {"/":"bafy2bzacecnamqgqmifpluoeldx7zzglxcljo6oja4vrmtj7432rphldpdmm2"}, 20, true] | %!w
            StateSectorExpiration         | [$miner, 999, []]          | failed to find sector
            StateSectorPartition          | [$miner, 999, []]          | sector 999 not due
            """)
    void aRefusalHasTheRecordedCodeAndWords(String method, String params, String begin) {
        var lotus = recordings(method).stream()
                .map(response -> response.path("error"))
                .filter(error -> error.path("message").asText().startsWith(begin))
                .findFirst()
                .orElseThrow();

        var refused = catchThrowableOfType(RpcException.class, () -> CHAIN.call(method, params));

        assertThat(refused.rpcCode()).hasValue(lotus.path("code").asLong());
        assertThat(words(refused.nodeMessage()))
                .isEqualTo(words(lotus.path("message").asText()));
    }

    /** What stays of a message without addresses, CIDs and numbers; of a failed execution what comes before its backtrace. */
    private static String words(String message) {
        return message.replaceAll("(?s)\n00: .*", "")
                // Go names the parameter's type here and this house what it expected instead.
                .replaceAll("\\(param.*", "")
                .replaceAll("--> caused by.*", "")
                .replaceAll("\\b[tf][0-4][0-9a-z]+", "#")
                .replaceAll("\\bbafy[a-z2-7]+", "#")
                .replaceAll("[0-9]+", "#")
                .strip();
    }

    /** What go-jsonrpc says to what is no call at all, the same for every method. */
    static Stream<String> methods() {
        return RpcCatalogue.methods().stream().map(RpcMethod::name).sorted();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aWrongNumberOfParametersIsRefused_asByLotus(String method) {
        var many = "[1,2,3,4,5,6,7,8,9]";

        var refused = catchThrowableOfType(RpcException.class, () -> CHAIN.call(method, many));

        assertThat(refused.rpcCode()).hasValue(-32602);
        assertThat(refused.nodeMessage())
                .matches("wrong param count \\(method 'Filecoin\\." + method + "'\\): 9 != [0-9]");
    }

    @Test
    void theTableNamesNoMethodThatIsNotServed() {
        var counts = new TreeMap<String, Long>();
        calls().forEach(call -> counts.merge(call.method(), 1L, Long::sum));
        assertThat(counts.keySet())
                .allMatch(method -> RpcCatalogue.find("Filecoin." + method).isPresent());
        var unknown = catchThrowableOfType(RpcException.class, () -> CHAIN.call("Nope", "[]"));
        assertThat(unknown.rpcCode()).hasValue(-32601);
        assertThat(unknown.nodeMessage()).isEqualTo("method 'Filecoin.Nope' not found");
    }
}
