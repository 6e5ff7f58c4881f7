package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.proofs.MeasuredKernel;
import io.adit.proofs.MeasuredSealing;
import io.adit.proofs.MeasuredSealing.Way;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The second table of {@code adit bench kernels}: parts of sealing, each beside the proof library. */
final class SealingRows {
    /**
     * What is to be reached.
     *
     * @param peer the bench whose library run is the peer: the library labels one sector at a time
     * @param ratio to the library's MiB a CPU-second
     * @param limit cycles a node that the hardware allows, where that is known: rounds of SHA-256 go two at a time, and take a
     *     cycle each pair, or four where each waits for the one before: in 17 of a label's 20 blocks
     */
    private record Goal(String bench, String peer, double ratio, OptionalDouble limit) {}

    private static final List<Goal> GOALS = List.of(
            new Goal("tree-d", "tree-d", 4, OptionalDouble.of(64)),
            new Goal("encode", "encode", 8, OptionalDouble.empty()),
            new Goal("decode", "decode", 8, OptionalDouble.empty()),
            new Goal("labels-1", "labels-1", 1.2, OptionalDouble.of(2176)),
            new Goal("labels-16", "labels-1", 4, OptionalDouble.of(640)));

    private SealingRows() {}

    static void print(MeasuredSealing measured, String peerVersion, boolean json, PrintWriter out) {
        var table = new Table(
                "PART", "KERNEL", "MiB/CPU-S", "CYCLES A NODE", "OF THE LIMIT", "PEER", "MiB/CPU-S", "RATIO", "GOAL");
        for (var goal : GOALS) {
            var way = find(measured, goal.bench(), false);
            var peer = find(measured, goal.peer(), true);
            double ratio = way.median() / peer.median();
            double cycles = measured.cycles(way);
            if (json) {
                out.println(row(goal, way, peer, peerVersion, ratio, cycles));
            } else {
                table.row(
                        goal.bench(),
                        way.name(),
                        number("%.0f", way.median()),
                        number("%.0f", cycles),
                        goal.limit().isPresent() ? number("%.2f", goal.limit().getAsDouble() / cycles) : "",
                        MeasuredKernel.LIBRARY + " " + peerVersion,
                        number("%.1f", peer.median()),
                        number("%.1f", ratio),
                        number("%.1f", goal.ratio()) + (ratio >= goal.ratio() ? ", met" : ", not met"));
            }
        }
        if (!json) {
            out.println();
            table.print(out);
        }
        out.flush();
    }

    private static Way find(MeasuredSealing measured, String bench, boolean library) {
        return measured.ways().stream()
                .filter(way -> way.bench().equals(bench) && way.name().equals(MeasuredKernel.LIBRARY) == library)
                .findFirst()
                .orElseThrow();
    }

    private static ObjectNode row(Goal goal, Way way, Way peer, String peerVersion, double ratio, double cycles) {
        var row = JsonNodeFactory.instance
                .objectNode()
                .put("bench", goal.bench())
                .put("kernel", way.name())
                .put("metric", "data")
                .put("unit", "MiB per CPU-second")
                .put("adit", rounded(way.median()))
                .put("slowest", rounded(way.least()))
                .put("fastest", rounded(way.most()))
                .put("peer", rounded(peer.median()))
                .put("peerName", MeasuredKernel.LIBRARY)
                .put("peerVersion", peerVersion)
                .put("ratio", rounded(ratio))
                .put("runs", way.seconds().size())
                .put("cyclesPerNode", rounded(cycles))
                .put("goal", goal.ratio())
                .put("met", ratio >= goal.ratio());
        goal.limit().ifPresent(limit -> row.put("shareOfLimit", rounded(limit / cycles)));
        return row;
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
