package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.ExitCode;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.ops.actor.Executed;
import io.adit.ops.actor.Rehearsal;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;

/** A rehearsal and its outcome as text and as JSON. */
record ActorReport(Rehearsal rehearsal, boolean keyIsHere, Network network) {

    private String text(Address address) {
        return address.toString(network);
    }

    private String signer() {
        var change = rehearsal.change();
        var key = rehearsal
                .signerKey()
                .filter(found -> !found.equals(change.signer()))
                .map(found -> " (" + text(found) + ")")
                .orElse("");
        return text(change.signer()) + key + ", " + change.role() + "; its key is " + (keyIsHere ? "here" : "not here");
    }

    void print(PrintWriter out) {
        var change = rehearsal.change();
        var message = rehearsal.message();
        out.println(capital(change.sentence()) + ".");
        var table = new Table("", "");
        table.row(
                "Message",
                "method " + change.method().number() + " " + change.method().methodName() + " of " + text(change.to())
                        + ", carrying " + message.value());
        table.row("Must sign", signer());
        table.row("The chain would say", rehearsal.verdict());
        if (rehearsal.exitCode() == 0) {
            table.row(
                    "Costs",
                    rehearsal.likelyCost() + " of gas now, at most " + rehearsal.mostCost() + " ("
                            + rehearsal.gasUsed() + " gas, limit " + message.gasLimit() + "); the signer holds "
                            + rehearsal.funds());
        }
        rehearsal
                .differences()
                .forEach(difference ->
                        table.row(capital(difference.what()), difference.before() + "  ->  " + difference.after()));
        if (rehearsal.exitCode() == 0 && rehearsal.differences().isEmpty()) {
            table.row("Changes", "nothing");
        }
        table.print(out);
        rehearsal.obstacles().forEach(obstacle -> out.println("  ! " + capital(obstacle)));
        change.cautions().forEach(caution -> out.println("  - " + caution));
        out.flush();
    }

    ObjectNode json() {
        var change = rehearsal.change();
        var message = rehearsal.message();
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("change", change.name())
                .put("sentence", change.sentence())
                .put("signer", text(change.signer()))
                .put("signerKey", rehearsal.signerKey().map(this::text).orElse(""))
                .put("keyIsHere", keyIsHere)
                .put("to", text(change.to()))
                .put("method", change.method().number())
                .put("methodName", change.method().methodName())
                .put("value", message.value().attoText())
                .put("params", HexFormat.of().formatHex(change.params()))
                .put("exitCode", rehearsal.exitCode())
                .put("error", rehearsal.error())
                .put("gasUsed", rehearsal.gasUsed())
                .put("gasLimit", message.gasLimit())
                .put("likelyCost", rehearsal.likelyCost().attoText())
                .put("mostCost", rehearsal.mostCost().attoText())
                .put("funds", rehearsal.funds().attoText())
                .put("wouldSucceed", rehearsal.wouldSucceed());
        var changes = node.putArray("changes");
        rehearsal
                .differences()
                .forEach(difference -> changes.addObject()
                        .put("what", key(difference.what()))
                        .put("before", difference.before())
                        .put("after", difference.after()));
        rehearsal.obstacles().forEach(node.withArray("obstacles")::add);
        change.cautions().forEach(node.withArray("cautions")::add);
        return node;
    }

    static void print(Executed executed, String sentence, ActorKind kind, PrintWriter out) {
        out.println(
                executed.exitCode() == 0
                        ? "Done at epoch " + executed.height() + " with " + executed.gasUsed() + " gas: " + sentence
                        : "The chain refused it at epoch " + executed.height() + ", exit code "
                                + ExitCode.explain(executed.exitCode(), kind));
        out.flush();
    }

    static ObjectNode json(Executed executed) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("message", executed.message().toString())
                .put("exitCode", executed.exitCode())
                .put("gasUsed", executed.gasUsed())
                .put("returned", HexFormat.of().formatHex(executed.returned()))
                .put("height", executed.height().value());
    }

    /** A fact's name as JSON has it: {@code fee debt} becomes {@code feeDebt}. */
    static String key(String fact) {
        var words = fact.replaceAll("[^A-Za-z ]", "").split(" ");
        return words[0].toLowerCase(Locale.ROOT)
                + Arrays.stream(words)
                        .skip(1)
                        .map(word -> capital(word.toLowerCase(Locale.ROOT)))
                        .collect(Collectors.joining());
    }

    static String capital(String sentence) {
        return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }
}
