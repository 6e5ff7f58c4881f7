package io.adit.simulation;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.core.time.Strand;
import io.adit.core.time.Timeline;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The wire to a full node: the devnet's answers, after simulated time, unless the story is against it. What was pushed is
 * seen by the run's {@link Witness}, whether or not the answer arrives.
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
        SLOW;

        static final List<Mood> TROUBLES = List.of(DOWN, SILENT, LOSES_ANSWERS, SICK, SLOW);
    }

    private static final Duration CLIENT_PATIENCE = Duration.ofSeconds(30);
    private static final Duration NOTICE = Duration.ofMillis(700);

    private final FullNode node;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final Witness witness;
    private Mood mood = Mood.WELL;

    private UnreliableNode(FullNode node, Timeline timeline, RandomGenerator random, Witness witness) {
        this.node = node;
        this.timeline = timeline;
        this.random = random;
        this.witness = witness;
    }

    static UnreliableNode of(FullNode node, Timeline timeline, RandomGenerator random, Witness witness) {
        return new UnreliableNode(node, timeline, random, witness);
    }

    /** The node as the provider's client sees it. */
    FullNode client() {
        return (FullNode)
                Proxy.newProxyInstance(FullNode.class.getClassLoader(), new Class<?>[] {FullNode.class}, this);
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
            witness.pushed(message);
        }
        Object answer;
        try {
            answer = method.invoke(node, given);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
        if (lost) {
            pass(CLIENT_PATIENCE);
            throw RpcException.unanswered(RpcErrorCode.NODE_TIMEOUT, method.getName(), "no answer within 30 s");
        }
        return answer;
    }

    private void travel(Method method) {
        switch (mood) {
            case WELL, LOSES_ANSWERS -> pass(Duration.ofMillis(random.nextInt(1, 40)));
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
                    var head = mood == Mood.DOWN || mood == Mood.SILENT ? told : Optional.of(node.chainHead());
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
