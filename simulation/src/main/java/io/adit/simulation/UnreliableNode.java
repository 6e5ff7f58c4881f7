package io.adit.simulation;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.MinerSectorCount;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.pool.Verdict;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The wire to a full node: the devnet's answers, after simulated time, unless the story is against it. What was pushed is
 * seen by a witness, whether or not the answer arrives.
 */
final class UnreliableNode implements InvocationHandler {
    /** How the node behaves. */
    enum Mood {
        WELL,
        /** Refuses connections. */
        DOWN,
        /** Takes requests and never answers; nothing happens. */
        SILENT,
        /** Does what it is asked, and every third answer is lost on the way. */
        LOSES_ANSWERS,
        /** Every fourth call ends with an application error that says nothing. */
        SICK,
        /** Answers after 20 seconds. */
        SLOW,
        /** Lies: its head is 30 epochs old. */
        STALE,
        /** Lies: the miner has no sectors. */
        EMPTY,
        /** Lies: it has taken a message that it throws away. */
        SWALLOWS,
        /** Lies: its head is of an epoch that has not come yet. */
        FUTURE,
        /** Lies: the base fee is a hundred times what it is. */
        DEAR;

        static final List<Mood> TROUBLES =
                List.of(DOWN, SILENT, LOSES_ANSWERS, SICK, SLOW, STALE, EMPTY, SWALLOWS, FUTURE, DEAR);

        private static final Set<Mood> LIES = EnumSet.of(STALE, EMPTY, SWALLOWS, FUTURE, DEAR);

        /** Whether it says what is not so. */
        boolean lies() {
            return LIES.contains(this);
        }

        /** The lie by which a pool can know it. */
        Optional<Verdict.Lie> lie() {
            return switch (this) {
                case EMPTY -> Optional.of(Verdict.Lie.WRONG_SECTORS);
                case FUTURE -> Optional.of(Verdict.Lie.FUTURE_EPOCH);
                case DEAR -> Optional.of(Verdict.Lie.WRONG_BASE_FEE);
                default -> Optional.empty();
            };
        }
    }

    private static final long STALE_BY = 30;
    private static final long FUTURE_BY = 50;
    private static final long DEARER = 100;

    private static final Duration CLIENT_PATIENCE = Duration.ofSeconds(30);
    private static final Duration NOTICE = Duration.ofMillis(700);

    private final FullNode node;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final Consumer<SignedMessage> witness;
    private final ForgedHeads forged = new ForgedHeads();
    private Mood mood = Mood.WELL;

    private UnreliableNode(FullNode node, Timeline timeline, RandomGenerator random, Consumer<SignedMessage> witness) {
        this.node = node;
        this.timeline = timeline;
        this.random = random;
        this.witness = witness;
    }

    /**
     * A node that is well at first.
     *
     * @param witness sees what is pushed to it
     */
    static UnreliableNode of(
            FullNode node, Timeline timeline, RandomGenerator random, Consumer<SignedMessage> witness) {
        return new UnreliableNode(node, timeline, random, witness);
    }

    /** The node as the provider's client sees it. */
    FullNode client() {
        return (FullNode)
                Proxy.newProxyInstance(FullNode.class.getClassLoader(), new Class<?>[] {FullNode.class}, this);
    }

    Mood mood() {
        return mood;
    }

    void become(Mood next) {
        mood = next;
    }

    @Override
    @SuppressWarnings("unchecked") // the listener's type is that of chainNotify
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        var given = arguments == null ? new Object[0] : arguments;
        if (method.getDeclaringClass() == Object.class) {
            return method.invoke(this, given);
        }
        if (method.getName().equals("close")) {
            return null;
        }
        if (method.getName().equals("chainNotify")) {
            return feed((Consumer<List<HeadChange>>) given[0]);
        }
        travel(method);
        var lost = mood == Mood.LOSES_ANSWERS && random.nextInt(3) == 0;
        if (given.length > 0 && given[0] instanceof SignedMessage message) {
            witness.accept(message);
            if (mood == Mood.SWALLOWS) {
                return message.cid();
            }
        }
        Object answer;
        try {
            answer = answer(method, given);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
        if (lost) {
            pass(CLIENT_PATIENCE);
            throw RpcException.unanswered(RpcErrorCode.NODE_TIMEOUT, method.getName(), "no answer within 30 s");
        }
        return answer;
    }

    private @Nullable Object answer(Method method, Object[] given)
            throws IllegalAccessException, InvocationTargetException {
        if (method.getName().equals("chainHead")) {
            return shownHead();
        }
        for (int i = 0; i < given.length; i++) {
            if (given[i] instanceof TipSetKey key) {
                given[i] = forged.meantBy(key).orElse(key);
            }
        }
        var answer = method.invoke(node, given);
        if (mood == Mood.DEAR && answer instanceof Message estimated) {
            return estimated.withGas(estimated.gasLimit(), estimated.gasFeeCap().times(DEARER), estimated.gasPremium());
        }
        if (mood != Mood.EMPTY) {
            return answer;
        }
        return switch (method.getName()) {
            case "stateMinerSectorCount" -> new MinerSectorCount(0, 0, 0);
            case "stateMinerPartitions", "stateMinerSectors", "stateMinerActiveSectors" -> List.of();
            default -> answer;
        };
    }

    private TipSet staleHead() {
        var head = node.chainHead();
        return node.chainGetTipSetByHeight(new Epoch(Math.max(0, head.height().value() - STALE_BY)), head.key());
    }

    private TipSet shownHead() {
        return switch (mood) {
            case STALE -> staleHead();
            case FUTURE -> forged.later(node.chainHead(), FUTURE_BY);
            case DEAR -> forged.dearer(node.chainHead(), DEARER);
            default -> node.chainHead();
        };
    }

    private void travel(Method method) {
        switch (mood) {
            case WELL, LOSES_ANSWERS, STALE, EMPTY, SWALLOWS, FUTURE, DEAR ->
                pass(Duration.ofMillis(random.nextInt(1, 40)));
            case SLOW -> pass(Duration.ofMillis(random.nextInt(5_000, 20_000)));
            case DOWN -> {
                pass(Duration.ofMillis(2));
                throw RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, method.getName(), "connection refused");
            }
            case SILENT -> {
                pass(CLIENT_PATIENCE);
                throw RpcException.unanswered(RpcErrorCode.NODE_TIMEOUT, method.getName(), "no answer within 30 s");
            }
            case SICK -> {
                pass(Duration.ofMillis(random.nextInt(1, 40)));
                if (random.nextInt(4) == 0) {
                    throw RpcException.answered(method.getName(), RpcException.APPLICATION_ERROR, "internal error");
                }
            }
        }
    }

    private void pass(Duration time) {
        try {
            timeline.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, "any", "interrupted");
        }
    }

    /** A subscription that tells of a new head with some delay, and of nothing while the node is away. */
    private HeadSubscription feed(Consumer<List<HeadChange>> listener) {
        var strand = timeline.start(Strand.Kind.VIRTUAL, "head-feed", () -> {
            Optional<TipSet> told = Optional.empty();
            try {
                while (true) {
                    var head = mood == Mood.DOWN || mood == Mood.SILENT ? told : Optional.of(shownHead());
                    if (head.isPresent() && !head.equals(told)) {
                        var type = told.isEmpty() ? HeadChange.Type.CURRENT : HeadChange.Type.APPLY;
                        told = head;
                        listener.accept(List.of(new HeadChange(type, head.get())));
                    }
                    timeline.sleep(NOTICE.plusMillis(random.nextInt(2_000)));
                }
            } catch (InterruptedException closed) {
                // The subscription was closed.
            }
        });
        return new HeadSubscription() {
            @Override
            public boolean connected() {
                return mood != Mood.DOWN;
            }

            @Override
            public void close() {
                strand.interrupt();
            }
        };
    }
}
