package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.core.fil.PaddedSize;
import io.adit.proofs.MeasuredKernel;
import io.adit.proofs.MeasuredSealing;
import io.adit.proofs.NativeLibrary;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code adit bench}: what this machine does, beside a peer in the same run. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measure this machine beside a peer, in the same run.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = BenchCommand.Kernels.class)
public final class BenchCommand {
    /** {@code adit bench kernels}. */
    @Command(
            name = "kernels",
            mixinStandardHelpOptions = true,
            description = {
                "Piece commitments (CommP) with each kernel that this CPU has, then the parts of sealing that kernels do, beside",
                "rust-fil-proofs: MiB a CPU-second, median of the runs. Results are checked equal. Needs no node.",
                "Labels are of sectors of 8 MiB; the first run makes their graph. The library's settings (FIL_PROOFS_...) count."
            })
    public static final class Kernels implements Callable<Integer> {
        /** What the fastest kernel is to reach beside the library. */
        private static final double GOAL = 5;

        private static final int MOST_MEBIBYTES = 1024;
        private static final int MOST_RUNS = 1000;

        @Option(names = "--mib", paramLabel = "N", defaultValue = "32", description = "Size of the piece. Default: 32")
        private int mebibytes;

        @Option(names = "--runs", paramLabel = "N", defaultValue = "7", description = "Runs of each. Default: 7")
        private int runs;

        @Option(names = "--json", description = "One JSON object a line.")
        private boolean json;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            var line = Objects.requireNonNull(spec).commandLine();
            if (mebibytes < 1 || mebibytes > MOST_MEBIBYTES || Integer.bitCount(mebibytes) != 1) {
                throw new ParameterException(line, "--mib: a power of two from 1 to " + MOST_MEBIBYTES);
            }
            if (runs < 1 || runs > MOST_RUNS) {
                throw new ParameterException(line, "--runs: from 1 to " + MOST_RUNS);
            }
            var measured = MeasuredKernel.measure(NativeLibrary.locate(), new PaddedSize((long) mebibytes << 20), runs);
            var version = MeasuredKernel.libraryVersion();
            print(measured, version, json, line.getOut());
            var sealing = MeasuredSealing.measure(NativeLibrary.locate(), new PaddedSize((long) mebibytes << 20), runs);
            SealingRows.print(sealing, version, json, line.getOut());
            return 0;
        }

        static void print(List<MeasuredKernel> measured, String peerVersion, boolean json, PrintWriter out) {
            var peer = measured.stream()
                    .filter(way -> way.name().equals(MeasuredKernel.LIBRARY))
                    .findFirst()
                    .orElseThrow();
            var ours = new ArrayList<>(measured);
            ours.remove(peer);
            ours.sort(Comparator.comparingDouble(MeasuredKernel::median).reversed());
            var table = new Table("KERNEL", "MiB/CPU-S", "SLOWEST", "FASTEST", "PEER", "MiB/CPU-S", "RATIO", "GOAL");
            for (var way : ours) {
                boolean fastest = way.equals(ours.getFirst());
                double ratio = way.median() / peer.median();
                if (json) {
                    out.println(row(way, peer, peerVersion, ratio, fastest));
                } else {
                    table.row(
                            way.name(),
                            whole(way.median()),
                            whole(way.least()),
                            whole(way.most()),
                            MeasuredKernel.LIBRARY + " " + peerVersion,
                            whole(peer.median()),
                            String.format(Locale.ROOT, "%.1f", ratio),
                            fastest ? (int) GOAL + (ratio >= GOAL ? ", met" : ", not met") : "");
                }
            }
            if (!json) {
                table.print(out);
            }
            out.flush();
        }

        /** Only the fastest kernel has a goal: it is the one that is used. */
        private static ObjectNode row(
                MeasuredKernel way, MeasuredKernel peer, String peerVersion, double ratio, boolean fastest) {
            var row = JsonNodeFactory.instance
                    .objectNode()
                    .put("bench", "commp-" + way.name())
                    .put("metric", "padded data")
                    .put("unit", "MiB per CPU-second")
                    .put("adit", Math.round(way.median()))
                    .put("slowest", Math.round(way.least()))
                    .put("fastest", Math.round(way.most()))
                    .put("peer", Math.round(peer.median()))
                    .put("peerName", MeasuredKernel.LIBRARY)
                    .put("peerVersion", peerVersion)
                    .put("ratio", Math.round(ratio * 100) / 100.0)
                    .put("runs", way.seconds().size());
            return fastest ? row.put("goal", GOAL).put("met", ratio >= GOAL) : row;
        }

        private static String whole(double rate) {
            return String.valueOf(Math.round(rate));
        }
    }
}
