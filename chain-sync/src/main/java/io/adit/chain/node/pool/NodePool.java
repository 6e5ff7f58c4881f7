package io.adit.chain.node.pool;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.eth.EthHash;
import io.adit.chain.node.rpc.Argument;
import io.adit.chain.node.rpc.CallClass;
import io.adit.chain.node.rpc.RpcMethod;
import io.adit.chain.node.rpc.TypedFullNode;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.core.time.Timeline;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Full nodes behind one, or a single one that is watched in the same way. Calls go to the primary, which stays primary as long as it is good; what it does not
 * answer goes to the next ({@link Conduct} says how), and a node that says what cannot be is fenced ({@link Verdict}).
 *
 * <p>Every call waits, in the timeline given, so in simulated time only strands may call.
 */
public final class NodePool extends TypedFullNode {

    /** How nodes say that they have not the block, the tipset or the state asked for, while another may. */
    private static final Pattern LACKING = Pattern.compile(
            "(could not find|block (was )?not found|not found locally|tipset not found|loading tipset"
                    + "|failed to load( initial)? tipset|failed to load state tree)",
            Pattern.CASE_INSENSITIVE);

    /** Lotus's messagepool, for a message that it holds and for another one with the same nonce. */
    private static final String IN_POOL = "already in mpool";

    private static final long SUBMIT_WINDOWED_POST = 5;

    private final Roster roster;
    private final PoolOptions options;

    private NodePool(Roster roster, PoolOptions options) {
        this.roster = roster;
        this.options = options;
    }

    /**
     * Begins to probe the nodes. The first call waits until each was looked at once.
     *
     * @param members in order of preference at the beginning; with different names; closed with the pool
     */
    public static NodePool open(
            List<PoolMember> members, PoolOptions options, Timeline timeline, MeterRegistry registry) {
        if (members.isEmpty()
                || members.stream().map(PoolMember::name).distinct().count() != members.size()) {
            throw new IllegalArgumentException("A pool needs nodes, each with a name of its own: "
                    + members.stream().map(PoolMember::name).toList());
        }
        var roster = new Roster(members, options, timeline);
        PoolMeters.register(roster, registry);
        roster.start();
        return new NodePool(roster, options);
    }

    /** The nodes as they stand, in the order of configuration. */
    public List<MemberView> members() {
        return roster.views();
    }

    /** What is wrong with the nodes, in words: who does not answer, lags or lies. Empty while all are good. */
    public List<String> problems() {
        return roster.problems();
    }

    @Override
    public <R> R call(RpcMethod<R> method, Argument<?>... arguments) {
        Function<FullNode, R> question = node -> method.on(node, arguments);
        return switch (Conduct.of(method)) {
            case READ -> roster.race(read(method), question);
            case PUSH -> roster.race(push(method.name(), true), question);
            case HIGHEST, ONCE -> once(method.name(), question);
        };
    }

    private Questions.Route read(RpcMethod<?> method) {
        var patience = switch (method.callClass()) {
            case QUERY -> options.queryPatience();
            case COMPUTE -> options.computePatience();
            // The call waits by its meaning; only a verdict on its node sends it elsewhere.
            case WAIT -> Duration.ofDays(1);
        };
        Predicate<RuntimeException> settles =
                method.callClass() == CallClass.WAIT ? failure -> !Questions.isOfTheWay(failure) : NodePool::isAnAnswer;
        return new Questions.Route(method.name(), roster.order(method.name()), 1, patience, settles, false);
    }

    private Questions.Route push(String what, boolean urgent) {
        var order = roster.order(what);
        boolean everywhere = switch (options.redundancy()) {
            case NONE -> false;
            case URGENT -> urgent;
            case ALL -> true;
        };
        long good = order.stream().filter(member -> member.verdict().good()).count();
        int atOnce = everywhere ? (int) Math.max(1, good) : 1;
        return new Questions.Route(what, order, atOnce, options.queryPatience(), NodePool::isAnAnswer, true);
    }

    /** Whether a failure is what the chain says, so that another node would say the same. */
    private static boolean isAnAnswer(RuntimeException failure) {
        if (!(failure instanceof AditException e)) {
            return true;
        }
        return switch (e.kind()) {
            case NETWORK, OPERATOR -> false;
            case CHAIN -> !(e instanceof RpcException rpc) || !lacks(rpc);
            default -> true;
        };
    }

    private static boolean lacks(RpcException failure) {
        return failure.code() == RpcErrorCode.CALL_FAILED
                && LACKING.matcher(failure.nodeMessage()).find();
    }

    private <R> R once(String what, Function<FullNode, R> question) {
        var member = roster.order(what).getFirst();
        try {
            return question.apply(member.node);
        } catch (AditException e) {
            roster.suspect(member);
            throw e;
        }
    }

    /** Pushes to the primary and, while nobody says that it has the message, the same bytes to the next. */
    @Override
    public Cid mpoolPush(SignedMessage message) {
        boolean urgent = message.message().method() == SUBMIT_WINDOWED_POST;
        return roster.race(push("MpoolPush", urgent), node -> pushTo(node, message));
    }

    private static Cid pushTo(FullNode node, SignedMessage message) {
        Cid answered;
        try {
            answered = node.mpoolPush(message);
        } catch (RpcException e) {
            if (e.code() == RpcErrorCode.CALL_FAILED && e.nodeMessage().contains(IN_POOL) && holds(node, message)) {
                return message.cid();
            }
            throw e;
        }
        if (!answered.equals(message.cid())) {
            throw RpcException.unanswered(
                    RpcErrorCode.ANSWER_NOT_UNDERSTOOD,
                    "MpoolPush",
                    "pushed message " + message.cid() + ", the node says it took " + answered);
        }
        return answered;
    }

    /** As {@link #mpoolPush}; a node that has it already says so, and has taken it then. */
    @Override
    public EthHash ethSendRawTransaction(byte[] transaction) {
        return roster.race(push("EthSendRawTransaction", false), node -> {
            try {
                return node.ethSendRawTransaction(transaction);
            } catch (RpcException e) {
                var hash = EthHash.ofTransaction(transaction);
                if (e.code() == RpcErrorCode.CALL_FAILED
                        && e.nodeMessage().contains(IN_POOL)
                        && node.ethGetTransactionByHash(hash).isPresent()) {
                    return hash;
                }
                throw e;
            }
        });
    }

    private static boolean holds(FullNode node, SignedMessage message) {
        return node.mpoolPending(TipSetKey.EMPTY).stream()
                .anyMatch(pending -> pending.cid().equals(message.cid()));
    }

    /** Asks all good nodes: the pool of one need not hold yet what another was given. */
    @Override
    public long mpoolGetNonce(Address sender) {
        return roster.highest("MpoolGetNonce", options.queryPatience(), node -> node.mpoolGetNonce(sender));
    }

    @Override
    public HeadSubscription chainNotify(Consumer<List<HeadChange>> listener) {
        return roster.subscribe(listener);
    }

    @Override
    public void close() {
        roster.close();
    }

    @Override
    public String toString() {
        return "full nodes " + members().stream().map(MemberView::name).toList();
    }
}
