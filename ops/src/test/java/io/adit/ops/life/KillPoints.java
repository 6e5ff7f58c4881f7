package io.adit.ops.life;

import io.adit.sealing.pipeline.SealingStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where {@link CrashTest} kills the node, and what is left of it. The engine reaches three places of each task: at its start, when
 * it has run, and when its end is recorded. The end of a step and the start of the next are one boundary, which whichever thread is
 * quicker reaches first: a kill at either counts for both.
 */
final class KillPoints {
    /** In the order in which each follows the other. */
    static final List<String> DEAL = List.of(
            "deal.fetch",
            "deal.batch",
            "deal.publish",
            "deal.publish.wait",
            "deal.handoff",
            "deal.index",
            "deal.complete");

    static final List<String> SEALING =
            Arrays.stream(SealingStep.values()).map(SealingStep::kind).toList();

    /** Inside of a step, where work is done and not recorded yet. */
    static final List<String> INSIDE = List.of(
            "deal.accepted",
            "sector.addpiece.piece",
            "sector.precommit1.labelled",
            "sector.precommit2.sealed",
            "sector.commit2.proven",
            "storage.move.verified",
            "storage.move.copied");

    /** Where it is written down which sectors share a message, and nobody was asked to send it yet. */
    static final List<String> GATHERED =
            List.of(SealingStep.PRE_COMMIT_SEND.kind() + ".gathered", SealingStep.COMMIT_SEND.kind() + ".gathered");

    /** Each of them for each kind of message. */
    static final List<String> MESSAGE = List.of("message.intent", "message.signed", "message.pushed");

    static final List<String> MESSAGES = List.of("deal-publish", "precommit", "commit");

    /**
     * Reached by a first push only. A message that a kill has overtaken after its signature is pushed again and not for the first
     * time, so this point has a message of its own, which is not killed after its signature: the top-up of the escrow.
     */
    static final String ACCEPTED = "message.accepted";

    static final List<String> ESCROW =
            List.of("message.intent.deal-escrow", ACCEPTED + ".deal-escrow", "message.pushed.deal-escrow");

    /** In the window after sealing. */
    static final List<String> WINDOW =
            List.of("post.proven", "message.intent.post", "message.signed.post", "message.pushed.post", "post.sent");

    private final Set<String> left = new LinkedHashSet<>();
    private final Map<String, String> sameBoundary = new HashMap<>();

    /** Every point but the first start: until the client has heard a yes, there is no deal to be kept. */
    KillPoints() {
        for (var line : List.of(DEAL, SEALING)) {
            for (int i = 0; i < line.size(); i++) {
                left.addAll(List.of(line.get(i) + ".start", line.get(i) + ".ran", line.get(i) + ".done"));
                if (i > 0) {
                    same(line.get(i - 1) + ".done", line.get(i) + ".start");
                }
            }
        }
        left.remove("deal.fetch.start");
        left.addAll(INSIDE);
        left.addAll(GATHERED);
        for (var point : MESSAGE) {
            MESSAGES.forEach(kind -> left.add(point + "." + kind));
        }
        left.addAll(ESCROW);
        left.addAll(WINDOW);
    }

    private void same(String end, String start) {
        sameBoundary.put(end, start);
        sameBoundary.put(start, end);
    }

    /** What is left, as {@code ADIT_KILL_AT} takes it. */
    String toVariable() {
        return String.join(",", left);
    }

    /** Takes a point off that has killed; false when it had done so before. */
    boolean reached(String point) {
        boolean first = left.remove(point);
        var other = sameBoundary.get(point);
        if (other != null) {
            left.remove(other);
        }
        return first;
    }

    /** What is left but for these. */
    Collection<String> leftBut(Collection<String> others) {
        var rest = new ArrayList<>(left);
        rest.removeAll(others);
        return rest;
    }

    /** True when no point of this step is left at which its own work would be killed. */
    boolean spares(String kind) {
        return left.stream().noneMatch(point -> point.startsWith(kind + ".") && !point.equals(kind + ".done"));
    }
}
