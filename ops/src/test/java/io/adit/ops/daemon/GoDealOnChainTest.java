package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.SimpleFileServer;
import io.adit.chain.node.MarketDeal;
import io.adit.chain.type.TipSetKey;
import io.adit.core.GoPrograms;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.market.client.DealClient;
import io.adit.ops.cli.NodeApi;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A deal that the client in Go proposes over go-libp2p is published on the embedded chain by a node that runs. */
@Timeout(600)
class GoDealOnChainTest {
    private static final Duration SOON = Duration.ofMinutes(4);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEAL = "0123456789abcdef0123456789abcdef";
    private static final long EPOCHS = 518_400;
    private static final Set<String> BEFORE_IT_IS_PUBLISHED = Set.of("Accepted", "Transferred", "Published");

    @TempDir
    private Path folder;

    @Test
    void theMarketActorHasTheDeal_asTheClientSignedIt() throws Exception {
        var program = GoPrograms.build(Path.of("..", "market-server", "src", "test", "go", "dealpeer"));
        var secret = new byte[32];
        Arrays.fill(secret, (byte) 5);
        var key = PrivateKey.of(SignatureType.SECP256K1, secret);
        var data = new byte[600];
        new Random(1).nextBytes(data);
        Files.createDirectories(folder.resolve("web"));
        var file = Files.write(folder.resolve("web").resolve("data"), data);
        var web = SimpleFileServer.createFileServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                folder.resolve("web").toAbsolutePath(),
                SimpleFileServer.OutputLevel.NONE);
        web.start();
        var home = new NodeHome(folder.resolve("node"));
        try (var chain = LocalChain.running()) {
            chain.fund(key.address());
            var miner = init(home, chain);
            try (var node = Node.start(home, Map.of(), Map.of());
                    var payer = new DealClient(
                            chain.node(),
                            Signer.of(key),
                            folder.resolve("client"),
                            new SecureRandom(),
                            InstantSource.system())) {
                assertThat(node).isNotNull();
                payer.ensureEscrow(key.address(), TokenAmount.ofFil(1));
                var info = NodeApi.of(home.directory()).get("/api/v1/info");
                var process = new ProcessBuilder(program.toString(), "deals")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                try (var answers = process.inputReader(StandardCharsets.UTF_8)) {
                    send(
                            process,
                            JSON.createObjectNode()
                                    .put(
                                            "Provider",
                                            info.path("libp2p").asText().split(" ", -1)[0])
                                    .put("URL", info.path("retrieval").asText())
                                    .put("Key", HexFormat.of().formatHex(secret))
                                    .put("Miner", miner.id().orElseThrow()));
                    var url = "http://127.0.0.1:" + web.getAddress().getPort() + "/data";
                    var taken = ask(process, answers, proposal(chain, file, url));
                    assertThat(taken.path("Message").asText()).isEmpty();
                    assertThat(taken.path("Accepted").asBoolean()).isTrue();

                    var status =
                            JSON.createObjectNode().put("Do", "status mk12").put("Deal", DEAL);
                    Awaitility.await().atMost(SOON).until(() -> {
                        var told = ask(process, answers, status);
                        assertThat(told.path("dealError").asText()).isEmpty();
                        return !BEFORE_IT_IS_PUBLISHED.contains(
                                told.path("status").asText());
                    });

                    var onChain = published(
                            chain,
                            ask(process, answers, status).path("chainDealId").asLong());
                    assertThat(onChain.proposal().pieceCid())
                            .isEqualTo(CommP.of(data).pieceCidV1());
                    assertThat(onChain.proposal().provider()).isEqualTo(miner);
                } finally {
                    process.destroy();
                }
            }
        } finally {
            web.stop(0);
        }
    }

    private static MarketDeal published(LocalChain chain, long id) {
        return chain.node().stateMarketStorageDeal(id, TipSetKey.EMPTY).orElseThrow();
    }

    private static Address init(NodeHome home, LocalChain chain) throws IOException {
        var init = new NodeInit(home, chain.node(), Map.of(), new SecureRandom(), line -> {
            if (line.startsWith("fund ")) {
                chain.fund(Address.parse(line.split(" ", -1)[1]));
            }
        });
        return init.run(new NodeInit.Choice(
                        chain.api(),
                        SectorSize.KIB_2,
                        Optional.empty(),
                        Optional.empty(),
                        true,
                        Map.of(
                                "node.api-listen", "127.0.0.1:0",
                                "retrieval.http-listen", "127.0.0.1:0",
                                "market.libp2p-listen", "/ip4/127.0.0.1/tcp/0",
                                "market.price-per-gib-epoch", "0 FIL",
                                "market.fetch-allow-private-addresses", "true"),
                        Duration.ofMinutes(1)))
                .miner();
    }

    private static ObjectNode proposal(LocalChain chain, Path file, String url) {
        // Epochs are short here, and the machine may be busy.
        long start = chain.node().chainHead().height().value() + 20_000;
        var collateral = chain.node()
                .stateDealProviderCollateralBounds(new PaddedSize(1024), false, TipSetKey.EMPTY)
                .min()
                .times(3)
                .dividedBy(2);
        var wish = JSON.createObjectNode().put("Do", "propose mk12");
        wish.putObject("Mk12")
                .put("Protocol", "/fil/storage/mk/1.2.1")
                .put("UUID", DEAL)
                .put("File", file.toString())
                .put("URL", url)
                .put("Start", start)
                .put("End", start + EPOCHS)
                .put("Price", "1024")
                .put("Collateral", collateral.atto().toString());
        return wish;
    }

    private static void send(Process process, JsonNode line) throws IOException {
        var out = process.outputWriter(StandardCharsets.UTF_8);
        out.write(line + "\n");
        out.flush();
    }

    private static JsonNode ask(Process process, BufferedReader answers, JsonNode wish) throws IOException {
        send(process, wish);
        var answer = JSON.readTree(Objects.requireNonNull(answers.readLine(), "the Go client ended"));
        assertThat(answer.path("error").asText()).as(wish.toString()).isEmpty();
        return answer.path("ok");
    }
}
