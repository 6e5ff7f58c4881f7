package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.actor.PieceActivationManifest;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.rpc.ApiInfo;
import io.adit.chain.node.rpc.JsonRpcFullNode;
import io.adit.chain.node.rpc.RpcOptions;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorNumber;
import io.adit.core.keys.SignatureType;
import io.adit.devnet.rpc.RpcServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The provider's real client over real sockets. */
class RpcTest {
    private final Devnet devnet = Devnet.inMemory(DealLifeTest.settings(29), new RecordingProofs());
    private final RpcServer server =
            devnet.serve(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new SecureRandom());
    private final JsonRpcFullNode node =
            new JsonRpcFullNode(ApiInfo.parse(server.apiInfo()), RpcOptions.defaults(Network.TESTNET), new Random(1));
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        http.close();
        node.close();
        server.close();
        devnet.close();
    }

    private HttpResponse<String> post(String path, String token, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://" + server.host() + ":" + server.port() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode control(String method, String params) throws IOException, InterruptedException {
        var body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
        return new ObjectMapper()
                .readTree(post("/control/v0", server.controlToken(), body).body());
    }

    @Test
    void theWholeLifeOfADeal_worksOverTheWire() {
        var provider = new Provider(devnet, node);
        provider.createMiner();
        provider.fillEscrow();
        var piece = new PieceInfo(Provider.commR(99), Provider.SECTOR);

        long deal = provider.publish(provider.proposal("mars.jpg", piece)).ids().getFirst();
        provider.preCommit(1, piece);
        provider.prove(1, PieceActivationManifest.ofDeal(piece.pieceCidV1(), piece.size(), deal));
        var receipt = provider.submitWindow(provider.awaitDeadline(1));

        assertThat(receipt.exitCode()).isZero();
        var miner = provider.miner();
        assertThat(node.stateMarketStorageDeal(deal, TipSetKey.EMPTY)
                        .orElseThrow()
                        .isActive())
                .isTrue();
        assertThat(node.stateMinerPower(miner, TipSetKey.EMPTY).hasMinPower()).isTrue();
        assertThat(node.stateMinerActiveSectors(miner, TipSetKey.EMPTY)).hasSize(1);
        assertThat(node.stateMinerDeadlines(miner, TipSetKey.EMPTY)).hasSize(48);
        assertThat(node.stateMinerPartitions(miner, 47, TipSetKey.EMPTY)).isEmpty();
        assertThat(node.stateSectorGetInfo(miner, new SectorNumber(7), TipSetKey.EMPTY))
                .isEmpty();
        assertThatThrownBy(() -> node.stateSectorPartition(miner, new SectorNumber(999), TipSetKey.EMPTY))
                .hasMessageContaining("sector 999 not due at any deadline");
        assertThatThrownBy(() -> node.stateMinerPartitions(miner, 48, TipSetKey.EMPTY))
                .hasMessageContaining("failed to load the deadline: invalid deadline 48");
        assertThat(node.stateMinerInfo(miner, TipSetKey.EMPTY).sectorSize()).isEqualTo(Provider.SEAL.sectorSize());
        assertThat(node.stateMinerAllocated(miner, TipSetKey.EMPTY).contains(1)).isTrue();
        assertThat(node.stateGetNetworkParams().preCommitChallengeDelay()).isEqualTo(10);
        assertThat(node.stateNetworkVersion(TipSetKey.EMPTY)).isEqualTo(29);
    }

    @Test
    void headChangesArrive_inOrder_acrossAReorg() {
        devnet.advance(5);
        var seen = new CopyOnWriteArrayList<HeadChange>();
        try (var subscription = node.chainNotify(seen::addAll)) {
            await().until(() -> !seen.isEmpty());
            devnet.advance(2);
            devnet.reorg(3);
            await().until(() -> seen.size() == 1 + 2 + 3 + 4);

            assertThat(subscription.connected()).isTrue();
            assertThat(seen.getFirst().type()).isEqualTo(HeadChange.Type.CURRENT);
            assertThat(seen.getLast().tipSet()).isEqualTo(node.chainHead());
            assertThat(node.chainHead().height().value()).isEqualTo(8);
        }
    }

    @Test
    void anIdThatIsUsedAgain_endsItsOlderChannel() {
        var frames = new CopyOnWriteArrayList<String>();
        var socket = http.newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://" + server.host() + ":" + server.port() + "/rpc/v1"),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                                frames.add(text.toString());
                                from.request(1);
                                return CompletableFuture.completedStage(null);
                            }
                        })
                .join();
        var subscribe = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"Filecoin.ChainNotify\",\"params\":[]}";

        socket.sendText(subscribe, true).join();
        await().until(() -> frames.stream().anyMatch(frame -> frame.contains("xrpc.ch.val")));
        socket.sendText(subscribe, true).join();
        await().until(() ->
                frames.stream().anyMatch(frame -> frame.contains("xrpc.ch.close") && frame.contains("\"params\":[1]")));
        await().until(() -> frames.size() >= 5);
        frames.clear();
        devnet.advance(1);

        await().until(() -> !frames.isEmpty());
        assertThat(frames).hasSize(1).first().asString().contains("\"params\":[2,");
        socket.abort();
    }

    @Test
    void oldTipsetsKeepTheirState() {
        var provider = new Provider(devnet, node);
        var before = node.chainHead();
        provider.createMiner();

        assertThat(node.stateListMiners(before.key())).hasSize(2);
        assertThat(node.stateListMiners(TipSetKey.EMPTY)).hasSize(3);
        assertThat(node.stateGetActor(provider.miner(), before.key())).isEmpty();
    }

    @Test
    void anUnknownAddressIsErrorEleven() {
        var stranger = Provider.key("stranger", SignatureType.BLS).address();

        assertThatThrownBy(() -> node.stateLookupID(stranger, TipSetKey.EMPTY))
                .isInstanceOfSatisfying(
                        RpcException.class, error -> assertThat(error.rpcCode()).hasValue(11));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            none  | {"method":"Filecoin.StateNetworkName","params":[],"id":1} | 200 | {"id":1,"jsonrpc":"2.0","result":"adit-devnet"}
            other | {"method":"Filecoin.StateNetworkName","params":[],"id":1} | 401 |
            none  | {"method":"Filecoin.MpoolPush","params":[1],"id":1}        | 200 | {"error":{"code":1,"message":"missing permission to invoke 'MpoolPush' (need 'write')"},"id":1,"jsonrpc":"2.0"}
            admin | {"method":"Filecoin.Nope","params":[],"id":1}              | 500 | {"error":{"code":-32601,"message":"method 'Filecoin.Nope' not found"},"id":1,"jsonrpc":"2.0"}
            admin | {"method":"Filecoin.ChainGetBlock","params":[],"id":1}     | 500 | {"error":{"code":-32602,"message":"wrong param count (method 'Filecoin.ChainGetBlock'): 0 != 1"},"id":1,"jsonrpc":"2.0"}
            admin | {"method":"Filecoin.StateNetworkName","id":"abc"}          | 200 | {"id":"abc","jsonrpc":"2.0","result":"adit-devnet"}
            admin | {"method":"Filecoin.StateNetworkName","id":1.5}            | 200 | {"id":1.5,"jsonrpc":"2.0","result":"adit-devnet"}
            admin | {"method":"Filecoin.StateNetworkName","params":null}       | 200 |
            admin | {"jsonrpc":                                                | 500 | {"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}
            admin | []                                                         | 400 | {"error":{"code":-32600,"message":"Invalid request"},"id":null,"jsonrpc":"2.0"}
            """)
    void transportAnswersAsLotusDoes(String auth, String body, int status, String expected)
            throws IOException, InterruptedException {
        var token = switch (auth) {
            case "none" -> "";
            case "other" -> "a.b.c";
            default -> server.apiInfo().substring(0, server.apiInfo().indexOf(':'));
        };

        var answer = post("/rpc/v1", token, body);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body().strip()).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void theControlPathNeedsItsOwnToken() throws IOException, InterruptedException {
        var apiToken = server.apiInfo().substring(0, server.apiInfo().indexOf(':'));

        assertThat(post("/control/v0", apiToken, "{}").statusCode()).isEqualTo(401);
        assertThat(post("/control/v0", server.controlToken(), "{}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void controlHooksMoveTheChain() throws IOException, InterruptedException {
        var key = Provider.key("rich", SignatureType.SECP256K1).address();

        control("fund", "[\"" + key + "\",\"10 FIL\"]");
        assertThat(control("advance", "[2]").path("result").asLong()).isEqualTo(2);
        assertThat(node.walletBalance(key).toString()).isEqualTo("10 FIL");
        control("skip", "[4]");
        assertThat(control("advance", "[1]").path("result").asLong()).isEqualTo(7);
        assertThat(control("advanceTo", "[20]").path("result").asLong()).isEqualTo(20);
        var status = control("status", "[]").path("result");
        assertThat(status.path("holding").asBoolean()).isFalse();
        assertThat(status.required("heldMillis").asLong()).isZero();
        assertThat(status.required("holds").asInt()).isZero();
        assertThat(control("advanceTo", "[2000000]")
                        .path("error")
                        .path("message")
                        .asText())
                .contains("1000000");
        control("lieHead", "[5]");
        assertThat(node.chainHead().height().value()).isEqualTo(15);
        control("failRpc", "[\"StateNetworkName\",1]");
        assertThatThrownBy(node::stateNetworkName).isInstanceOf(RpcException.class);
        assertThat(node.stateNetworkName()).isEqualTo("adit-devnet");
        assertThat(control("nonsense", "[]").path("error").path("code").asInt()).isEqualTo(-32601);
    }

    @Test
    void theClockRuns_andStopsWhenFrozen() {
        devnet.start();

        await().atMost(Duration.ofSeconds(10)).until(() -> devnet.epoch() >= 3);
        devnet.freeze(true);
        assertThat(List.of(Address.ofId(1000), Address.ofId(1001))).isEqualTo(node.stateListMiners(TipSetKey.EMPTY));
    }
}
