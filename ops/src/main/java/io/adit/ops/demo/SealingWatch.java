package io.adit.ops.demo;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorNumber;
import io.adit.ops.OpsError;
import io.adit.ops.cli.NodeApi;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Follows the first sector through its states and writes a row for each stretch of the way. */
final class SealingWatch {
    private static final Map<String, String> STRETCHES = new LinkedHashMap<>();

    static {
        STRETCHES.put("WaitDeals", "AddPiece");
        STRETCHES.put("AddPiece", "AddPiece");
        STRETCHES.put("Packing", "AddPiece");
        STRETCHES.put("GetTicket", "PC1");
        STRETCHES.put("PreCommit1", "PC1");
        STRETCHES.put("PreCommit2", "PC2");
        STRETCHES.put("PreCommitting", "PreCommit");
        STRETCHES.put("PreCommitWait", "PreCommit");
        STRETCHES.put("WaitSeed", "seed");
        STRETCHES.put("Committing", "C1, C2");
        STRETCHES.put("SubmitCommit", "ProveCommit");
        STRETCHES.put("CommitWait", "ProveCommit");
        STRETCHES.put("FinalizeSector", "finalize");
    }

    private static final Map<String, String> DETAILS = Map.of(
            "AddPiece", "the piece is in the sector, zeros fill the rest",
            "PC1", "layers labelled by the sealing worker",
            "PC2", "replica and trees made by the sealing worker; CommR known",
            "PreCommit", "PreCommitSectorBatch2 executed; deposit locked",
            "seed", "the chain's beacon drew the challenges",
            "C1, C2", "Groth16 proof made by the sealing worker, verified by the node before sending",
            "ProveCommit", "ProveCommitSectors3 executed: the devnet verified the proof and told the market actor",
            "finalize", "layers and trees cleared, sector moved to its place");

    private final NodeApi api;
    private final DemoReport report;
    private final CpuMeter cpu;
    private final PrintWriter out;

    SealingWatch(NodeApi api, DemoReport report, CpuMeter cpu, PrintWriter out) {
        this.api = api;
        this.report = report;
        this.cpu = cpu;
        this.out = out;
    }

    /** Waits until the sector is proving; a state of failure ends it. */
    SectorNumber untilProving(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        var stretch = "AddPiece";
        long wall = System.nanoTime();
        var used = cpu.read();
        while (System.nanoTime() < end) {
            var sectors = api.get("/api/v1/sectors");
            var sector = sectors.path(0);
            var state = sector.path("state").asText("WaitDeals");
            if (state.endsWith("Failed") || state.equals("FailedUnrecoverable")) {
                throw new AditException(
                        OpsError.DEMO_STEP_FAILED,
                        "sector is in " + state + ": " + sector.path("why").asText());
            }
            boolean done = state.equals("Proving");
            var now = done ? "" : STRETCHES.getOrDefault(state, stretch);
            if (!now.equals(stretch)) {
                var usedNow = cpu.read();
                var row = new DemoReport.Row(
                        stretch,
                        true,
                        (System.nanoTime() - wall) / 1_000_000,
                        usedNow.minus(used).toMillis(),
                        DETAILS.getOrDefault(stretch, ""));
                report.add(row);
                DemoCommand.line(out, "ok      " + stretch + ": " + row.detail());
                stretch = now;
                wall = System.nanoTime();
                used = usedNow;
            }
            if (done) {
                return new SectorNumber(sector.path("number").asLong());
            }
            pause();
        }
        throw new AditException(
                OpsError.DEMO_STEP_FAILED,
                "sealing was not done within " + patience.toMinutes() + " minutes, at " + stretch);
    }

    static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(OpsError.DEMO_STEP_FAILED, "interrupted", e);
        }
    }
}
