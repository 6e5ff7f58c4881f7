package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.market.GoTools;
import io.adit.market.deal.wire.AskResponse;
import io.adit.market.deal.wire.DealResponse;
import io.adit.market.deal.wire.DealStatusResponse;
import io.adit.market.deal.wire.RetrievalTransports;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The deal protocols against a go-libp2p client that sends the bytes Boost's code makes. */
@Timeout(600)
class GoDealPeerTest {
    private static final HexFormat HEX = HexFormat.of();

    @TempDir
    Path folder;

    @Test
    void answersGoClients() throws Exception {
        var program = GoTools.build("dealpeer").toString();
        try (var bench = new DealBench(folder)) {
            var address = bench.provider.addresses().getFirst().toString();
            var process = new ProcessBuilder(program, address)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (var answers = process.inputReader(StandardCharsets.UTF_8)) {
                var peer = new Peer(process, answers);
                checkProposals(peer);
                checkQuestions(peer);
            } finally {
                process.destroy();
            }
        }
    }

    private static void checkProposals(Peer peer) throws IOException {
        for (var key : new String[] {"secp256k1", "bls"}) {
            var vector = vector("deal_params_" + key);
            // The signature is good, and so is everything up to the size, which is more than this provider takes.
            for (var protocol : new String[] {DealProtocols.PROPOSE_1_2_1, DealProtocols.PROPOSE_1_2_0}) {
                var field = protocol.equals(DealProtocols.PROPOSE_1_2_1) ? "dealParamsCbor" : "dealParamsV120Cbor";
                assertThat(DealResponse.fromCbor(
                                        peer.ask(protocol, vector.path(field).asText()))
                                .message())
                        .startsWith("PIECE_TOO_LARGE: PieceSize must be at most 2048, given 4096");
            }
        }
        var good = HEX.formatHex(Proposals.good(new UUID(3, 3)).toCbor());
        assertThat(DealResponse.fromCbor(peer.ask(DealProtocols.PROPOSE_1_2_1, good)))
                .isEqualTo(new DealResponse(true, ""));
    }

    private static void checkQuestions(Peer peer) throws IOException {
        var ask = AskResponse.fromCbor(
                peer.ask(DealProtocols.ASK, vector("ask").path("askRequestCbor").asText()));
        assertThat(ask.ask().orElseThrow().ask().miner()).isEqualTo(TestDeals.MINER);
        var status = DealStatusResponse.fromCbor(peer.ask(
                DealProtocols.STATUS,
                vector("deal_status_request_secp256k1").path("cbor").asText()));
        assertThat(status.error()).startsWith("no storage deal found with deal UUID ");
        assertThat(RetrievalTransports.fromCbor(peer.ask(DealProtocols.TRANSPORTS, "-"))
                        .protocols())
                .hasSize(1);
    }

    private record Peer(Process process, BufferedReader answers) {
        byte[] ask(String protocol, String hex) throws IOException {
            var out = process.outputWriter(StandardCharsets.UTF_8);
            out.write(protocol + " " + hex + "\n");
            out.flush();
            var line = Objects.requireNonNull(answers.readLine(), "the Go peer ended");
            assertThat(line).startsWith("ok ");
            return HEX.parseHex(line.substring(3));
        }
    }

    private static JsonNode vector(String name) throws IOException {
        try (var in = GoDealPeerTest.class.getResourceAsStream("/vectors/deals/" + name + ".json")) {
            return new ObjectMapper().readTree(in);
        }
    }
}
