package io.adit.ops.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Cid;
import io.adit.ops.OpsError;
import io.adit.ops.cli.NodeApi;
import io.adit.ops.cli.Poll;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Follows the first sector through its states and writes a row for each stretch of the way. What a row says is read when the
 * stretch has ended: from the sector's record, the node's meters and the chain; a fact that is missing fails it.
 */
final class SealingWatch {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final long FINALITY = 900;

    /** The stretches in their order, and with which state of the sector each begins. */
    private enum Stretch {
        ADD_PIECE("AddPiece", "WaitDeals"),
        PC1("PC1", "GetTicket"),
        PC2("PC2", "PreCommit2"),
        PRE_COMMIT("PreCommit", "PreCommitting"),
        SEED("seed", "WaitSeed"),
        C1_C2("C1, C2", "Committing"),
        PROVE_COMMIT("ProveCommit", "SubmitCommit"),
        FINALIZE("finalize", "FinalizeSector"),
        DONE("", "Proving");

        private final String title;
        private final String firstState;

        Stretch(String title, String firstState) {
            this.title = title;
            this.firstState = firstState;
        }
    }

    private static final List<Stretch> WAY = List.of(Stretch.values());

    private final NodeApi api;
    private final FullNode chain;
    private final DemoReport report;
    private final CpuMeter cpu;
    private final PrintWriter out;
    private final ProofMeter proofs;

    SealingWatch(NodeApi api, FullNode chain, DemoReport report, CpuMeter cpu, PrintWriter out) {
        this.api = api;
        this.chain = chain;
        this.report = report;
        this.cpu = cpu;
        this.out = out;
        proofs = new ProofMeter(api);
    }

    /** Waits until the sector is proving; a state of failure ends it, and the stretch that failed has a row that says so. */
    SectorNumber untilProving(Duration patience) {
        var walk = new Walk();
        try {
            return new Poll(LOOK)
                    .until(patience, walk::look)
                    .orElseThrow(() -> new AditException(
                            OpsError.DEMO_STEP_FAILED,
                            "sealing was not done within " + patience.toMinutes() + " minutes"));
        } catch (RuntimeException e) {
            walk.row(WAY.get(walk.at), false, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** One sector's way. */
    private final class Walk {
        private int at;
        private long wall = System.nanoTime();
        private Duration used = cpu.read();

        Optional<SectorNumber> look() {
            var sector = api.get("/api/v1/sectors").path(0);
            if (sector.isMissingNode()) {
                return Optional.empty();
            }
            var state = sector.path("state").asText();
            if (state.endsWith("Failed") || state.equals("FailedUnrecoverable")) {
                throw new AditException(
                        OpsError.DEMO_STEP_FAILED,
                        "sector is in " + state + ": " + sector.path("why").asText());
            }
            long number = sector.path("number").asLong();
            int next = reached(state);
            if (next > at) {
                var facts = api.get("/api/v1/sectors/" + number);
                while (at < next) {
                    row(WAY.get(at), true, shown(WAY.get(at), facts));
                    at++;
                }
            }
            return WAY.get(at) == Stretch.DONE ? Optional.of(new SectorNumber(number)) : Optional.empty();
        }

        /** The place on the way that begins with this state; a sector that goes back stays where it has been. */
        private int reached(String state) {
            for (int ahead = at + 1; ahead < WAY.size(); ahead++) {
                if (WAY.get(ahead).firstState.equals(state)) {
                    return ahead;
                }
            }
            return at;
        }

        private void row(Stretch ended, boolean ok, String detail) {
            var usedNow = cpu.read();
            long now = System.nanoTime();
            report.add(new DemoReport.Row(
                    ended.title,
                    ok,
                    (now - wall) / 1_000_000,
                    usedNow.minus(used).toMillis(),
                    detail));
            DemoCommand.line(out, (ok ? "ok      " : "FAILED  ") + ended.title + ": " + detail);
            wall = now;
            used = usedNow;
        }
    }

    private static String pieces(String count) {
        return count.equals("1") ? "1 piece" : count + " pieces";
    }

    private String shown(Stretch ended, JsonNode facts) {
        return switch (ended) {
            case ADD_PIECE ->
                "sector " + fact(facts, "number") + " holds " + pieces(fact(facts, "pieces")) + "; "
                        + proofs.of("add_piece");
            case PC1 ->
                "layers over the ticket of epoch " + fact(facts, "ticketEpoch") + "; " + proofs.of("pre_commit_1");
            case PC2 -> "CommR " + fact(facts, "sealedCid") + "; " + proofs.of("pre_commit_2");
            case PRE_COMMIT -> "PreCommitSectorBatch2 " + executed(facts, "preCommitMessage");
            case SEED -> "the beacon drew the challenges at epoch " + fact(facts, "seedEpoch");
            case C1_C2 -> proofs.of("commit_2") + "; " + proofs.of("verify_seal") + ", before sending";
            case PROVE_COMMIT ->
                "ProveCommitSectors3 " + executed(facts, "commitMessage") + ": the chain verified the proof";
            case FINALIZE ->
                proofs.of("clear_cache") + "; files: " + facts.path("files").size();
            case DONE -> "";
        };
    }

    private static String fact(JsonNode facts, String name) {
        if (!facts.hasNonNull(name)) {
            throw new AditException(OpsError.DEMO_STEP_FAILED, "the sector's record does not say its " + name);
        }
        return facts.path(name).asText();
    }

    private String executed(JsonNode facts, String name) {
        var cid = Cid.parse(fact(facts, name));
        var found = chain.stateSearchMsg(TipSetKey.EMPTY, cid, FINALITY, true)
                .orElseThrow(() -> new AditException(OpsError.DEMO_STEP_FAILED, "the chain does not know " + cid));
        if (!found.receipt().isSuccess()) {
            throw new AditException(
                    OpsError.DEMO_STEP_FAILED,
                    "the chain refused " + cid + " with exit code "
                            + found.receipt().exitCode());
        }
        return cid + " executed at epoch " + found.height().value() + ", exit code 0";
    }
}
