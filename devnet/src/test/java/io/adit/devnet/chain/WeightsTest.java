package io.adit.devnet.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.Vectors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The weight of a chain, against a Lotus network of one miner: the header of each block holds the weight below it, and the
 * network's power was recorded too.
 */
class WeightsTest {
    private static final String WIRE = "/vectors/lotus/rpc/miner-run/_wire.jsonl.gz";
    private static final String HTTP = "lotus/rpc/http/";

    /** The epoch in whose parents' messages one of the two sectors was terminated. */
    private static final long TERMINATED = 1616;

    private static final BigInteger POWER_BEFORE = BigInteger.valueOf(43_008);

    @Test
    void everyRecordedBlockWeighsAsLotusReckoned() throws IOException {
        var headers = recordedHeaders();
        var powerAtLast = power(Vectors.read(HTTP + "StateMinerPower.json").get(0));
        int compared = 0;
        for (var header : headers.values()) {
            var next = headers.get(height(header) + 1);
            if (next != null) {
                var power = height(header) < TERMINATED ? POWER_BEFORE : powerAtLast;

                assertThat(Weights.after(weight(header), power, wins(header)))
                        .as("epoch %s, %s wins", height(header), wins(header))
                        .isEqualTo(weight(next));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(1600);
    }

    /** Power counts as it is now, not as of the lookback of block production, where it was twice as much. */
    @Test
    void headWeighsAsLotusAnswered() {
        var head = Vectors.read(HTTP + "ChainHead.json")
                .get(0)
                .required("response")
                .required("result");
        var answered = Vectors.read(HTTP + "ChainTipSetWeight.json").get(0);
        assertThat(answered.required("request").required("params").get(0)).isEqualTo(head.required("Cids"));
        var block = head.required("Blocks").get(0);
        var power = power(Vectors.read(HTTP + "StateMinerPower.json").get(0));

        assertThat(Weights.after(weight(block), power, wins(block)))
                .isEqualTo(answered.required("response").required("result").asText());
        assertThat(Vectors.read(HTTP + "MinerGetBaseInfo.json")
                        .get(0)
                        .required("response")
                        .required("result")
                        .required("NetworkPower")
                        .asText())
                .isEqualTo(POWER_BEFORE.toString());
    }

    /** log2(power) * 2^8 * (1 + wins / 10), each part rounded down. */
    @ParameterizedTest
    @CsvSource({
        "0, 2, 0, 256",
        "0, 3, 1, 281",
        "1000, 1023, 5, 4456",
        "1000, 1024, 5, 4840",
        "1000, 1025, 5, 4840",
        "7, 1152921504606846976, 9, 29191",
        "7, 2417851639229258349412352, 1, 22816"
    })
    void powerCountsByItsLogarithm_andWinsByTenths(BigInteger parents, BigInteger power, long wins, BigInteger weight) {
        assertThat(Weights.after(parents, power, wins)).isEqualTo(weight);
    }

    /** What the recorded network's blocks were, by epoch; it had one block an epoch. */
    private static SortedMap<Long, JsonNode> recordedHeaders() throws IOException {
        var json = new ObjectMapper();
        Map<Long, JsonNode> found = new HashMap<>();
        try (var in = Objects.requireNonNull(WeightsTest.class.getResourceAsStream(WIRE));
                var lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains("\"ParentWeight\"")) {
                    for (var block : json.readTree(line).findParents("ParentWeight")) {
                        found.putIfAbsent(height(block), block);
                    }
                }
            }
        }
        return new TreeMap<>(found);
    }

    private static long height(JsonNode block) {
        return block.required("Height").asLong();
    }

    private static BigInteger weight(JsonNode block) {
        return new BigInteger(block.required("ParentWeight").asText());
    }

    private static long wins(JsonNode block) {
        return block.required("ElectionProof").required("WinCount").asLong();
    }

    private static BigInteger power(JsonNode recorded) {
        var total = recorded.required("response").required("result").required("TotalPower");
        return new BigInteger(total.required("QualityAdjPower").asText());
    }
}
