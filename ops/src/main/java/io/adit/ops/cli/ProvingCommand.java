package io.adit.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code adit proving}: what must be proven when, and whether it was. */
@Command(
        name = "proving",
        mixinStandardHelpOptions = true,
        description = "What must be proven when, and whether it was.",
        subcommands = {
            ProvingCommand.Info.class,
            ProvingCommand.Deadlines.class,
            ProvingCommand.Deadline.class,
            ProvingCommand.Check.class,
            ProvingCommand.Faults.class,
            ProvingCommand.Recover.class,
            ProvingCommand.Compute.class,
            ProvingCommand.Disputes.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class ProvingCommand {

    /** What reads or proves a whole deadline may take as long as a window. */
    private static final Duration LONG = Duration.ofMinutes(30);

    /** {@code adit proving info}. */
    @Command(
            name = "info",
            mixinStandardHelpOptions = true,
            description = {
                "The current deadline, faults and recoveries, and alarms.",
                "Opens, closes, challenge, fault cutoff: epochs (30 s on mainnet). Power: bytes. Costs nothing."
            })
    public static final class Info extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/proving");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            fields(out, answer);
            for (var alarm : answer.path("alarms")) {
                out.println("ALARM: deadline " + text(alarm, "deadline") + " partition " + text(alarm, "partition")
                        + " is not proven and closes in " + text(alarm, "epochsLeft") + " epochs (phase "
                        + text(alarm, "phase") + "): " + text(alarm, "note"));
            }
            if (answer.path("lostDisputes").asLong() > 0) {
                out.println("ALARM: disputes were lost; see 'adit proving disputes'.");
            }
        }
    }

    /** {@code adit proving deadlines}. */
    @Command(
            name = "deadlines",
            mixinStandardHelpOptions = true,
            description = {
                "Every deadline that has sectors.",
                "Opens and closes: epochs of its present or next window. Costs nothing."
            })
    public static final class Deadlines extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/proving/deadlines");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(
                    out,
                    answer,
                    "No deadline has sectors yet.",
                    "deadline",
                    "opens",
                    "closes",
                    "partitions",
                    "sectors",
                    "faults",
                    "proven",
                    "current");
        }
    }

    /** {@code adit proving deadline N}. */
    @Command(
            name = "deadline",
            mixinStandardHelpOptions = true,
            description = {
                "One deadline's partitions, their sectors, and what became of the last proof of each.",
                "Costs nothing."
            })
    public static final class Deadline extends ApiCommand {
        @Parameters(index = "0", paramLabel = "N", description = "Its index, 0 to 47 on mainnet.")
        private long index;

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/proving/deadlines/" + index);
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            fields(out, answer);
            for (var partition : answer.path("partitionList")) {
                out.println();
                fields(out, partition);
                if (partition.has("lastProof")) {
                    out.println("Its last proof:");
                    fields(out, partition.path("lastProof"));
                }
            }
        }
    }

    /** {@code adit proving check}. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = {
                "Whether live sectors could be proven now. Nothing is sent and no proof is made.",
                "Without --deep a few reads for each sector; with it about 25 more, what a proof reads: seconds for a"
                        + " thousand sectors on good disks."
            })
    public static final class Check extends ApiCommand {
        @Parameters(index = "0", arity = "0..1", paramLabel = "N", description = "This deadline only; else all.")
        private @Nullable Long deadline;

        @Option(
                names = "--deep",
                description =
                        "Also read what the deadline's last challenge opens, as a proof would (200 KiB of a sector"
                                + " of 32 GiB).")
        private boolean deep;

        @Option(names = "--only-bad", description = "List only sectors that cannot be proven.")
        private boolean onlyBad;

        @Override
        protected JsonNode ask(NodeApi node) {
            var all = node.post(
                    "/api/v1/proving/check", body().put("deadline", deadline).put("deep", deep), LONG);
            if (!onlyBad) {
                return all;
            }
            var bad = JsonNodeFactory.instance.arrayNode();
            for (var row : all) {
                if (!row.path("good").asBoolean()) {
                    bad.add(row);
                }
            }
            return bad;
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(
                    out,
                    answer,
                    onlyBad ? "Every sector can be proven." : "No live sectors.",
                    "deadline",
                    "partition",
                    "sector",
                    "faulty",
                    "status");
        }
    }

    /** {@code adit proving faults}. */
    @Command(
            name = "faults",
            mixinStandardHelpOptions = true,
            description = {
                "Sectors that the chain counts as faulty: no power, and a fee each day, until they are recovered.",
                "Costs nothing."
            })
    public static final class Faults extends ApiCommand {
        @Option(
                names = "--accept",
                description = "Also end the alarm 'faults' for as many as are faulty now: they are to stay so.")
        private boolean accept;

        @Override
        protected JsonNode ask(NodeApi node) {
            if (accept) {
                node.post("/api/v1/proving/faults/accept", body());
            }
            return node.get("/api/v1/proving/faults");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(out, answer, "No faults.", "sector", "deadline", "partition", "recovering");
        }
    }

    /** {@code adit proving recover}. */
    @Command(
            name = "recover",
            mixinStandardHelpOptions = true,
            description = {
                "Declares faulty sectors recovered that can be read again; the node does so by itself before each"
                        + " deadline.",
                "Costs the gas of one DeclareFaultsRecovered for each deadline. Their power returns with the deadline's"
                        + " next proof; a sector that is declared and then not proven is faulty again.",
                "Needs the miner to have no fee debt ('adit actor repay-debt')."
            })
    public static final class Recover extends ApiCommand {
        @Parameters(
                arity = "0..*",
                paramLabel = "SECTORS",
                description = "Sector numbers; without any, every faulty sector.")
        private List<Long> sectors = List.of();

        @Override
        protected JsonNode ask(NodeApi node) {
            var body = body();
            var numbers = body.putArray("sectors");
            sectors.forEach(numbers::add);
            return node.post("/api/v1/proving/recover", body, LONG);
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(
                    out,
                    answer,
                    "None of these is a faulty sector that is not declared recovered yet.",
                    "deadline",
                    "partition",
                    "sectors",
                    "status");
        }
    }

    /** {@code adit proving compute}. */
    @Command(
            name = "compute",
            mixinStandardHelpOptions = true,
            description = {
                "Makes and verifies the proofs of a deadline's last challenge over all its live sectors, faulty ones"
                        + " too. A dry run: nothing is sent.",
                "Costs a proof's time on the proving worker: seconds to minutes for each partition. A real proof that"
                        + " becomes due meanwhile waits for it; while one is being made, this is refused.",
                "Challenge: an epoch. Millis: reading, proving and verifying."
            })
    public static final class Compute extends ApiCommand {
        @Parameters(index = "0", paramLabel = "N", description = "The deadline, 0 to 47 on mainnet.")
        private long deadline;

        @Option(names = "--partition", paramLabel = "P", description = "This partition only; else all of them.")
        private @Nullable Long partition;

        @Override
        protected JsonNode ask(NodeApi node) {
            return node.post(
                    "/api/v1/proving/compute", body().put("deadline", deadline).put("partition", partition), LONG);
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(
                    out,
                    answer,
                    "This deadline has no live sectors.",
                    "deadline",
                    "partition",
                    "challenge",
                    "sectors",
                    "skipped",
                    "proofBytes",
                    "millis",
                    "status");
            for (var run : answer) {
                if (!run.path("skippedBecause").asText().isEmpty()) {
                    out.println(run.path("skippedBecause").asText());
                }
            }
        }
    }

    /** {@code adit proving disputes}. */
    @Command(
            name = "disputes",
            mixinStandardHelpOptions = true,
            description = {
                "Disputes of our window proofs (DisputeWindowedPoSt) that somebody won, as seen while the node ran.",
                "Penalty: what the miner's balance fell by. Costs nothing."
            })
    public static final class Disputes extends ApiCommand {
        @Override
        protected JsonNode ask(NodeApi node) {
            return node.get("/api/v1/proving/disputes");
        }

        @Override
        protected void show(JsonNode answer, PrintWriter out) {
            table(
                    out,
                    answer,
                    "No dispute was lost.",
                    "epoch",
                    "deadline",
                    "partitions",
                    "sectors",
                    "penalty",
                    "disputer",
                    "message");
        }
    }

    private static ObjectNode body() {
        return JsonNodeFactory.instance.objectNode();
    }
}
