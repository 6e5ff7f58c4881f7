package io.adit.devnet.node;

import io.adit.chain.node.ExecutionTrace;
import io.adit.chain.node.ExecutionTrace.InvokedActor;
import io.adit.chain.node.InvocationResult;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.MessageMatch;
import io.adit.chain.node.StateApi;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.devnet.actor.ActorEntry;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.actor.Vm;
import io.adit.devnet.chain.Chain;
import io.adit.devnet.chain.Link;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
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
        var applied = vm.call(run, CALL_GAS_LIMIT, run.toCbor().length);
        return result(run.cid(), run, applied, invoked(Answers.before(link), run.to()));
    }

    /** The receiver as it was before the tipset. */
    private Optional<InvokedActor> invoked(StateTree before, Address to) {
        return before.resolve(to)
                .flatMap(id -> actorState(before, id).map(state -> new InvokedActor(new ActorId(id), state)));
    }

    private static InvocationResult result(
            Cid cid, Message message, Vm.Applied applied, Optional<InvokedActor> invoked) {
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
        var trace = new ExecutionTrace(sent, answered, invoked, List.of(), List.of(), List.of());
        return new InvocationResult(cid, message, receipt, cost, trace, applied.error(), Duration.ZERO);
    }

    @Override
    default InvocationResult stateReplay(TipSetKey key, Cid message) {
        var carrier =
                carrier(message, link(key)).orElseThrow(() -> Answers.failed("could not find message " + message));
        int index = index(carrier, message);
        var replayed = carrier.messages().get(index).message();
        return result(message, replayed, carrier.results().get(index), invoked(Answers.before(carrier), replayed.to()));
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
    default List<Cid> stateListMessages(MessageMatch match, TipSetKey key, Epoch lowest) {
        if (match.to().isEmpty() && match.from().isEmpty()) {
            throw Answers.failed("must specify at least To or From in message filter");
        }
        var found = new ArrayList<Cid>();
        var link = Optional.of(link(key));
        while (link.isPresent() && link.get().height() >= lowest.value()) {
            var at = link.get();
            at.messages().stream()
                    .filter(signed -> isSame(at, match.to(), signed.message().to())
                            && isSame(at, match.from(), signed.message().from()))
                    .map(SignedMessage::cid)
                    .forEach(found::add);
            link = at.parent();
        }
        return found;
    }

    /** Whether an address is the one looked for, under whichever of its names. */
    private static boolean isSame(Link link, Optional<Address> wanted, Address address) {
        if (wanted.isEmpty() || wanted.get().equals(address)) {
            return true;
        }
        var state = Answers.after(link);
        var id = state.resolve(wanted.get());
        return id.isPresent() && id.equals(state.resolve(address));
    }

    @Override
    default Optional<MessageLookup> stateSearchMsg(TipSetKey from, Cid message, long lookback, boolean allowReplaced) {
        var top = link(from);
        var wanted = ledger().chain()
                .findMessage(message)
                .orElseThrow(() -> Answers.failed(
                        "%!w(*errors.errorString=&{failed to load message}): ipld: could not find " + message));
        return executedIn(wanted, top, lookback, allowReplaced);
    }

    /**
     * As Lotus searches: from the top down to the lookback, and no further than where the sender's nonce is not used yet. Lotus
     * looks at the top itself whatever the lookback is.
     */
    private static Optional<MessageLookup> executedIn(
            SignedMessage wanted, Link top, long lookback, boolean allowReplaced) {
        long nonce = wanted.message().nonce();
        if (nonceAt(top, wanted.message().from()) <= nonce) {
            return Optional.empty();
        }
        long lowest = lookback < 0 ? 0 : Math.max(0, top.height() - lookback);
        var child = top;
        while (child.parent().isPresent() && (child == top || child.height() > lowest)) {
            var carrier = child.parent().get();
            for (int index = carrier.messages().size() - 1; index >= 0; index--) {
                var message = carrier.messages().get(index).message();
                if (!message.from().equals(wanted.message().from()) || message.nonce() > nonce) {
                    continue;
                }
                return message.nonce() == nonce
                        ? Optional.of(lookup(wanted, child, index, allowReplaced))
                        : Optional.empty();
            }
            child = carrier;
        }
        return Optional.empty();
    }

    private static long nonceAt(Link link, Address sender) {
        var tree = Answers.before(link);
        return tree.resolve(sender).flatMap(tree::find).map(ActorEntry::nonce).orElse(0L);
    }

    private static MessageLookup lookup(SignedMessage wanted, Link child, int index, boolean allowReplaced) {
        var carrier = child.parent().orElseThrow();
        var carried = carrier.messages().get(index);
        boolean replaces = allowReplaced && sameCall(carried.message(), wanted.message());
        if (!carried.cid().equals(wanted.cid()) && !replaces) {
            throw Answers.failed(("found message with equal nonce as the one we are looking for that is NOT a valid"
                            + " replacement message (F:%s n %d, TS: %s n%d)")
                    .formatted(
                            wanted.cid(),
                            wanted.message().nonce(),
                            carried.cid(),
                            carried.message().nonce()));
        }
        return new MessageLookup(
                carried.cid(),
                carrier.results().get(index).receipt(),
                child.tipSet().key(),
                new Epoch(child.height()));
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
