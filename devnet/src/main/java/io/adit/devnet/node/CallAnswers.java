package io.adit.devnet.node;

import io.adit.chain.node.ExecutionTrace;
import io.adit.chain.node.InvocationResult;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.StateApi;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.devnet.actor.Vm;
import io.adit.devnet.chain.Chain;
import io.adit.devnet.chain.Link;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Messages: run without effect, looked up, waited for. */
interface CallAnswers extends StateApi, Answers {
    /** What Lotus sets a call's gas limit to. */
    long CALL_GAS_LIMIT = Long.MAX_VALUE / 2;

    @Override
    default InvocationResult stateCall(Message message, TipSetKey key) {
        var link = link(key);
        var tree = Chain.scratch(Answers.before(link));
        var sender = tree.resolve(message.from()).flatMap(tree::find);
        if (sender.isEmpty()) {
            throw Answers.failed("sender " + message.from() + " not found on chain: sender validation failed");
        }
        var run = new Message(
                message.version(),
                message.to(),
                message.from(),
                sender.get().nonce(),
                message.value(),
                CALL_GAS_LIMIT,
                message.gasFeeCap(),
                message.gasPremium(),
                message.method(),
                message.params());
        var vm = new Vm(ledger().chain().context(link, link.height(), BigInteger.ZERO), tree);
        return result(run.cid(), run, vm.call(run, CALL_GAS_LIMIT, run.toCbor().length));
    }

    private static InvocationResult result(Cid cid, Message message, Vm.Applied applied) {
        var receipt = applied.receipt();
        var bill = applied.bill();
        boolean paid = bill.totalCost().signum() > 0;
        var cost = new InvocationResult.GasCost(
                paid ? Optional.of(cid) : Optional.empty(),
                BigInteger.valueOf(paid ? receipt.gasUsed() : 0),
                new TokenAmount(bill.baseFeeBurn()),
                new TokenAmount(bill.overEstimationBurn()),
                TokenAmount.ZERO,
                new TokenAmount(bill.minerTip()),
                new TokenAmount(bill.refund()),
                new TokenAmount(bill.totalCost()));
        var sent = new ExecutionTrace.Sent(
                message.from(),
                message.to(),
                message.value(),
                message.method(),
                message.params(),
                message.params().length == 0 ? 0 : Cid.DAG_CBOR,
                message.gasLimit(),
                false);
        var answered = new ExecutionTrace.Answered(
                receipt.exitCode(), receipt.returnValue(), receipt.returnValue().length == 0 ? 0 : Cid.DAG_CBOR);
        var trace = new ExecutionTrace(sent, answered, Optional.empty(), List.of(), List.of(), List.of());
        return new InvocationResult(cid, message, receipt, cost, trace, applied.error(), Duration.ZERO);
    }

    @Override
    default InvocationResult stateReplay(TipSetKey key, Cid message) {
        var carrier =
                carrier(message, link(key)).orElseThrow(() -> Answers.failed("could not find message " + message));
        int index = index(carrier, message);
        return result(
                message,
                carrier.messages().get(index).message(),
                carrier.results().get(index));
    }

    private static int index(Link link, Cid message) {
        for (int index = 0; index < link.messages().size(); index++) {
            var signed = link.messages().get(index);
            if (signed.cid().equals(message) || signed.message().cid().equals(message)) {
                return index;
            }
        }
        return -1;
    }

    /** The link on the chain that ends at {@code top} which carries the message. */
    private Optional<Link> carrier(Cid message, Link top) {
        var known =
                ledger().chain().findMessage(message).map(SignedMessage::cid).orElse(message);
        return ledger().chain().carriersOf(known).stream()
                .filter(link -> link.height() <= top.height() && top.ancestorAt(link.height()) == link)
                .findFirst();
    }

    @Override
    default Optional<MessageLookup> stateSearchMsg(TipSetKey from, Cid message, long lookback, boolean allowReplaced) {
        var top = link(from);
        var wanted = ledger().chain()
                .findMessage(message)
                .orElseThrow(() -> Answers.failed(
                        "%!w(*errors.errorString=&{failed to load message}): ipld: could not find " + message));
        var found = carrier(message, top);
        if (found.isPresent()) {
            return lookup(found.get(), index(found.get(), message), top);
        }
        return allowReplaced ? replacement(wanted, top) : Optional.empty();
    }

    private static Optional<MessageLookup> lookup(Link carrier, int index, Link top) {
        if (carrier == top) {
            // Lotus knows a receipt only from the next tipset on.
            return Optional.empty();
        }
        var child = top;
        while (child.parent().orElseThrow() != carrier) {
            child = child.parent().get();
        }
        return Optional.of(new MessageLookup(
                carrier.messages().get(index).cid(),
                carrier.results().get(index).receipt(),
                child.tipSet().key(),
                new Epoch(child.height())));
    }

    /** A message of the same sender and nonce that does the same and differs only in gas. */
    private static Optional<MessageLookup> replacement(SignedMessage wanted, Link top) {
        for (var link = top; link.parent().isPresent(); link = link.parent().get()) {
            for (int index = 0; index < link.messages().size(); index++) {
                var message = link.messages().get(index).message();
                boolean sameTurn = message.from().equals(wanted.message().from())
                        && message.nonce() == wanted.message().nonce();
                if (sameTurn) {
                    return sameCall(message, wanted.message()) ? lookup(link, index, top) : Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static boolean sameCall(Message one, Message other) {
        return one.to().equals(other.to())
                && one.value().equals(other.value())
                && one.method() == other.method()
                && Arrays.equals(one.params(), other.params());
    }

    @Override
    default MessageLookup stateWaitMsg(Cid message, long confidence, long lookback, boolean allowReplaced) {
        try {
            boolean found = ledger().await(
                            () -> confirmed(message, confidence, lookback, allowReplaced)
                                    .isPresent(),
                            LONGEST_WAIT_MILLIS);
            if (found) {
                return confirmed(message, confidence, lookback, allowReplaced).orElseThrow();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        throw Answers.failed("context canceled");
    }

    private Optional<MessageLookup> confirmed(Cid message, long confidence, long lookback, boolean allowReplaced) {
        if (ledger().chain().findMessage(message).isEmpty()) {
            return Optional.empty();
        }
        return stateSearchMsg(TipSetKey.EMPTY, message, lookback, allowReplaced)
                .filter(lookup ->
                        ledger().chain().head().height() >= lookup.height().value() + confidence);
    }
}
