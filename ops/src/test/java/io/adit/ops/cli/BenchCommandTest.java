package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.fil.PaddedSize;
import io.adit.ops.AditMain;
import io.adit.proofs.MeasuredKernel;
import io.adit.proofs.MeasuredSealing;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
    private static final PaddedSize SIZE = new PaddedSize(128L << 20);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void kernels_areMeasuredBesideTheLibrary_onThisMachine() throws IOException {
        assertThat(run("bench", "kernels", "--mib", "1", "--runs", "3", "--json"))
                .as(err.toString())
                .isZero();

        var rows = rows();
        assertThat(rows)
                .extracting(row -> row.path("bench").asText())
                .contains("commp-scalar", "tree-d", "encode", "decode", "labels-1", "labels-16");
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.path("adit").asDouble()).isPositive();
            assertThat(row.path("peer").asDouble()).isPositive();
            assertThat(row.path("peerName").asText()).isEqualTo("rust-fil-proofs");
            assertThat(row.path("runs").asInt()).isEqualTo(3);
        });
        assertThat(rows.getFirst().path("met").isBoolean()).isTrue();
    }

    @Test
    void fastestKernel_hasTheGoal_andRatesAreMediansBesideThePeers() throws IOException {
        BenchCommand.Kernels.print(
                List.of(
                        new MeasuredKernel("scalar", SIZE, List.of(1.28, 1.0, 2.0)),
                        new MeasuredKernel("sha-ni", SIZE, List.of(0.3, 0.2, 0.1)),
                        new MeasuredKernel(MeasuredKernel.LIBRARY, SIZE, List.of(1.0, 0.5, 2.0))),
                "1.2.3",
                true,
                new PrintWriter(out));

        var rows = rows();
        assertThat(rows).extracting(row -> row.path("bench").asText()).containsExactly("commp-sha-ni", "commp-scalar");
        assertThat(rows).extracting(row -> row.path("adit").asLong()).containsExactly(640L, 100L);
        assertThat(rows).extracting(row -> row.path("ratio").asDouble()).containsExactly(5.0, 0.78);
        assertThat(rows.getFirst().path("met").asBoolean()).isTrue();
        assertThat(rows.getFirst().path("slowest").asLong()).isEqualTo(427);
        assertThat(rows.getFirst().path("fastest").asLong()).isEqualTo(1280);
        assertThat(rows.getFirst().path("peerVersion").asText()).isEqualTo("1.2.3");
        assertThat(rows.getLast().has("goal")).isFalse();
    }

    @Test
    void batches_areBesideTheLibrarysSingleSectors_withCyclesAndShareOfTheLimit() throws IOException {
        long mebibyte = 1 << 20;
        var ways = Stream.of("tree-d", "encode", "decode", "labels-1")
                .flatMap(bench -> Stream.of("kernel", MeasuredKernel.LIBRARY)
                        .map(name -> new MeasuredSealing.Way(bench, name, 32 * mebibyte, List.of(1.0, 2.0, 4.0))))
                .collect(Collectors.toCollection(ArrayList::new));
        ways.add(new MeasuredSealing.Way("labels-16", "avx512", 256 * mebibyte, List.of(4.0, 2.0, 1.0)));
        SealingRows.print(new MeasuredSealing(4 * mebibyte * 1000, ways), "1.2.3", true, new PrintWriter(out));

        var batch = rows().getLast();
        assertThat(batch.path("bench").asText()).isEqualTo("labels-16");
        assertThat(batch.path("adit").asDouble()).isEqualTo(128);
        assertThat(batch.path("peer").asDouble()).isEqualTo(16);
        assertThat(batch.path("ratio").asDouble()).isEqualTo(8);
        assertThat(batch.path("met").asBoolean()).isTrue();
        assertThat(batch.path("cyclesPerNode").asDouble()).isEqualTo(1000);
        assertThat(batch.path("shareOfLimit").asDouble()).isEqualTo(0.64);
        assertThat(rows().getFirst().path("met").asBoolean()).isFalse();
        assertThat(rows().get(1).has("shareOfLimit")).isFalse();
    }

    @Test
    void sizesThatAreNoPieces_areWrongUsage() {
        assertThat(run("bench", "kernels", "--mib", "3")).isEqualTo(2);
        assertThat(run("bench", "kernels", "--runs", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--mib", "--runs");
    }

    private List<JsonNode> rows() throws IOException {
        var json = new ObjectMapper();
        var rows = new ArrayList<JsonNode>();
        for (var line : out.toString().lines().toList()) {
            rows.add(json.readTree(line));
        }
        return rows;
    }

    private int run(String... arguments) {
        return AditMain.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
