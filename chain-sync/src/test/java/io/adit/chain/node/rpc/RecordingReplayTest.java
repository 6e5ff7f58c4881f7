package io.adit.chain.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.Vectors;
import io.adit.chain.node.RpcException;
import io.adit.core.fil.Network;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays what Lotus and its clients said to each other: a recorded request is read as a node would read it, asked again
 * by the client over real HTTP, answered with the recorded answer, which is read by the client and written again as a
 * node would write it. Both must come out as they were recorded.
 */
class RecordingReplayTest {

    /** Messages that our types cannot hold: they are refused when they are read, before any node would see them. */
    private static final Set<String> UNREPRESENTABLE =
            Set.of("secp256k1 bytes marked as BLS", "signature of 64 bytes", "to = empty");

    private static RecordedNode server;
    private static JsonRpcFullNode client;

    static List<Recording> recordings() {
        return Recording.ofCatalogue();
    }

    @BeforeAll
    static void start() throws IOException {
        server = new RecordedNode();
        client = new JsonRpcFullNode(server.apiInfo("token"), RpcOptions.defaults(Network.TESTNET), new Random(1));
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void saysAndUnderstandsTheSame_whenReplayed(Recording recording) {
        server.answerWith(recording.status(), recording.response());
        var dispatcher = new RpcDispatcher(client, Network.TESTNET);
        if (recording.error().isPresent()) {
            fails(recording, dispatcher, recording.error().get());
        } else {
            SameJson.assertSameAnswer(recording.result(), dispatcher.call(recording.method(), recording.params()));
        }
        server.request().ifPresent(request -> {
            assertThat(request.path("method").asText())
                    .isEqualTo(
                            RpcCatalogue.find(recording.method()).orElseThrow().wireName());
            // Messages that were changed by hand to be refused carry the CID they had before.
            if (recording.error().isEmpty() || !recording.name().contains("mpool-errors")) {
                SameJson.assertSameRequest(recording.params(), request.path("params"));
            }
        });
        assertThat(server.request().isPresent() || isUnreadable(recording)).isTrue();
    }

    private static boolean isUnreadable(Recording recording) {
        return UNREPRESENTABLE.contains(recording.note())
                || recording.error().map(e -> e.path("code").asInt()).orElse(0) == RpcDispatcher.PARSE_ERROR;
    }

    private static void fails(Recording recording, RpcDispatcher dispatcher, JsonNode error) {
        if (recording.method().equals("Filecoin.StateSearchMsg")
                && error.path("message").asText().contains("could not find")) {
            assertThat(dispatcher.call(recording.method(), recording.params()).isNull())
                    .isTrue();
            return;
        }
        var thrown =
                catchThrowableOfType(RpcException.class, () -> dispatcher.call(recording.method(), recording.params()));
        if (isUnreadable(recording)) {
            assertThat(thrown.rpcCode()).hasValue(RpcDispatcher.PARSE_ERROR);
        } else {
            assertThat(thrown.rpcCode()).hasValue(error.path("code").asLong());
            assertThat(thrown.nodeMessage()).isEqualTo(error.path("message").asText());
        }
    }

    @Test
    void everyMethodIsRecorded_exceptThose() {
        var recorded = recordings().stream().map(Recording::method).collect(Collectors.toSet());
        var missing = RpcCatalogue.methods().stream()
                .map(RpcMethod::wireName)
                .filter(name -> !recorded.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        // No client of the recorded networks asked for these; their shapes are those of Lotus's API documentation.
        assertThat(missing)
                .containsExactly(
                        "Filecoin.EthSendRawTransaction",
                        "Filecoin.MsigGetPending",
                        "Filecoin.StateGetAllocation",
                        "Filecoin.StateGetAllocationForPendingDeal",
                        "Filecoin.StateGetAllocationIdForPendingDeal",
                        "Filecoin.StateListMessages");
    }

    @Test
    void everyRecordingIsReplayed_exceptThose() {
        assertThat(Recording.leftOut())
                .containsExactlyInAnyOrder(
                        // Version 0 of the API has these only; version 1 is asked for the beacon by
                        // StateGetBeaconEntry.
                        "/rpc/v0 Filecoin.BeaconGetEntry",
                        "/rpc/v1 Filecoin.BeaconGetEntry",
                        // The channel of heads is no call with one answer; ChainNotifyTest plays it.
                        "/rpc/v1 Filecoin.ChainNotify",
                        // Version 2 was not finished in the recorded Lotus; a provider asks version 1.
                        "/rpc/v2 Filecoin.ChainGetTipSet",
                        "/rpc/v2 Filecoin.ChainHead",
                        "/rpc/v2 Filecoin.StateGetActor",
                        "/rpc/v2 Filecoin.StateGetID",
                        // Keys and tokens of the full node are its operator's: lotus's own commands ask for them, a
                        // provider does not.
                        "/rpc/v0 Filecoin.WalletDefaultAddress",
                        "/rpc/v1 Filecoin.WalletDefaultAddress",
                        "/rpc/v1 Filecoin.AuthNew",
                        "/rpc/v1 Filecoin.AuthVerify",
                        "/rpc/v1 Filecoin.WalletNew",
                        "/rpc/v1 Filecoin.WalletVerify",
                        // Asked by lotus's commands to explain a pool; the outbox finds out from MpoolPending and the
                        // chain.
                        "/rpc/v1 Filecoin.MpoolCheckMessages",
                        "/rpc/v1 Filecoin.MpoolCheckPendingMessages",
                        "/rpc/v1 Filecoin.MpoolGetConfig",
                        "/rpc/v1 Filecoin.MpoolPushUntrusted",
                        // The full node's own peers and health.
                        "/rpc/v1 Filecoin.ID",
                        "/rpc/v1 Filecoin.NetAddrsListen",
                        "/rpc/v1 Filecoin.NetAgentVersion",
                        "/rpc/v1 Filecoin.NetAutoNatStatus",
                        "/rpc/v1 Filecoin.NetBandwidthStatsByProtocol",
                        "/rpc/v1 Filecoin.NetConnectedness",
                        "/rpc/v1 Filecoin.NetPeers",
                        "/rpc/v1 Filecoin.NetPubsubScores",
                        "/rpc/v1 Filecoin.NetVersion",
                        "/rpc/v1 Filecoin.NodeStatus",
                        "/rpc/v1 Filecoin.Session",
                        "/rpc/v1 Filecoin.SyncState",
                        // F3's finality as its watchers see it; a provider takes part by ticket and lease.
                        "/rpc/v1 Filecoin.F3GetCertificate",
                        "/rpc/v1 Filecoin.F3GetECPowerTable",
                        "/rpc/v1 Filecoin.F3GetF3PowerTable",
                        "/rpc/v1 Filecoin.F3GetF3PowerTableByInstance",
                        "/rpc/v1 Filecoin.F3GetLatestCertificate",
                        "/rpc/v1 Filecoin.F3GetPowerTableByInstance",
                        "/rpc/v1 Filecoin.F3GetProgress",
                        "/rpc/v1 Filecoin.F3IsRunning",
                        "/rpc/v1 Filecoin.F3ListParticipants",
                        // Explorers' and contract tools' questions.
                        "/rpc/v1 Filecoin.EthAccounts",
                        "/rpc/v1 Filecoin.EthAddressToFilecoinAddress",
                        "/rpc/v1 Filecoin.EthFeeHistory",
                        "/rpc/v1 Filecoin.EthGetBlockByHash",
                        "/rpc/v1 Filecoin.EthGetBlockReceipts",
                        "/rpc/v1 Filecoin.EthGetBlockTransactionCountByHash",
                        "/rpc/v1 Filecoin.EthGetBlockTransactionCountByNumber",
                        "/rpc/v1 Filecoin.EthGetCode",
                        "/rpc/v1 Filecoin.EthGetMessageCidByTransactionHash",
                        "/rpc/v1 Filecoin.EthGetTransactionHashByCid",
                        "/rpc/v1 Filecoin.EthProtocolVersion",
                        "/rpc/v1 Filecoin.EthSyncing",
                        "/rpc/v1 Filecoin.FilecoinAddressToEthAddress",
                        "/rpc/v1 Filecoin.GetActorEventsRaw",
                        "/rpc/v1 Filecoin.StateActorManifestCID",
                        "/rpc/v1 Filecoin.StateAllMinerFaults",
                        "/rpc/v1 Filecoin.StateDecodeParams",
                        "/rpc/v1 Filecoin.StateGetClaims",
                        "/rpc/v1 Filecoin.StateListActors",
                        "/rpc/v1 Filecoin.StateMarketParticipants",
                        "/rpc/v1 Filecoin.StateVerifiedRegistryRootKey",
                        "/rpc/v1 Filecoin.StateVerifierStatus",
                        "/rpc/v1 Filecoin.Web3ClientVersion",
                        "/rpc/v1 net_version",
                        "/rpc/v1 web3_clientVersion",
                        // Replaced by StateMinerInitialPledgeForSector and StateMinerInfo.
                        "/rpc/v1 Filecoin.StateMinerInitialPledgeCollateral",
                        "/rpc/v1 Filecoin.StateMinerWorkerAddress");
    }

    @Test
    void lookups_areUnderstood_ofEveryMessageOfARun() {
        var dispatcher = new RpcDispatcher(client, Network.TESTNET);
        for (var entry : Vectors.load("lotus/objects/message-lookups.json")) {
            server.answerWith(200, answer(entry.required("lookup")));
            var params = JsonNodeFactory.instance
                    .arrayNode()
                    .addNull()
                    .add(JsonNodeFactory.instance
                            .objectNode()
                            .put("/", entry.required("cid").asText()))
                    .add(-1)
                    .add(true);

            SameJson.assertSameAnswer(entry.required("lookup"), dispatcher.call("Filecoin.StateSearchMsg", params));
        }
    }

    private static JsonNode answer(JsonNode result) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .set("result", result);
    }

    @ParameterizedTest
    @CsvSource({"miner-run, 20000", "miner-init, 100", "new-miner, 5"})
    void staysTheSame_whenTheWholeRunOfAMinerIsReplayed(String run, int atLeast) throws IOException {
        var json = new ObjectMapper();
        var replay = new ReplayingNode();
        var dispatcher = new RpcDispatcher(replay, Network.TESTNET);
        var file = Recording.root().resolve("lotus/rpc/" + run + "/_wire.jsonl.gz");
        int compared = 0;
        try (var lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var recording = Recording.of("line " + compared, json.readTree(line));
                if (recording.isPresent() && recording.get().error().isEmpty()) {
                    replay.next = recording.get().result();
                    SameJson.assertSameAnswer(
                            replay.next,
                            dispatcher.call(
                                    recording.get().method(), recording.get().params()));
                    SameJson.assertSameRequest(recording.get().params(), replay.sent);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(atLeast);
    }
}
