package io.adit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.TokenAmount;
import io.adit.proofs.Proofs;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Plays nodes that are broken on purpose: each kind of break must be noticed, by the invariant that is meant for it. */
class TamperingTest {
    private static final int SEEDS = 6;
    private static final SimulatedKeys KEYS = new SimulatedKeys(World.workerKey(), World.controlKeys());

    @Test
    void aMessageWithAnotherPriceThanTheStoredOneIsNoticed() throws Exception {
        // An outbox that prices a message once more after it was stored.
        var noticed = play(signingAnew(message -> message.withGas(
                message.gasLimit(), message.gasFeeCap(), message.gasPremium().dividedBy(2))));
        assertThat(noticed).anyMatch(words -> words.startsWith("StoredBeforePushed: "));
    }

    @Test
    void aMessageBeyondItsLimitIsNoticed() throws Exception {
        var noticed = play(signingAnew(
                message -> message.withGas(message.gasLimit(), TokenAmount.ofFil(1), message.gasPremium())));
        assertThat(noticed).anyMatch(words -> words.startsWith("WithinFeeLimit: "));
    }

    @Test
    void twoWishesUnderOneNonceAreNoticed() throws Exception {
        // An outbox that takes the nonce it took before.
        var noticed = play(signingAnew(message -> message.withNonce(message.nonce() - message.nonce() % 2)));
        assertThat(noticed).anyMatch(words -> words.startsWith("OneWishPerNonce: "));
    }

    @Test
    void anOutboxThatForgetsAtEachStartIsNoticed() throws Exception {
        var noticed = play(new Tampering() {
            @Override
            public void database(Connection connection) throws SQLException {
                try (var statement = connection.createStatement()) {
                    statement.executeUpdate("DELETE FROM message_candidate");
                    statement.executeUpdate("DELETE FROM message");
                }
            }
        });
        assertThat(noticed).anyMatch(words -> words.startsWith("NothingForgotten: "));
    }

    @Test
    void aProofThatNobodyVerifiedIsNoticed() throws Exception {
        var noticed = play(new Tampering() {
            @Override
            public Proofs proofs(Proofs proofs) {
                return decorated(Proofs.class, proofs, (method, arguments) -> method.equals("verifyWindowPoSt"), true);
            }
        });
        assertThat(noticed).anyMatch(words -> words.startsWith("VerifiedBeforePushed: "));
    }

    @Test
    void aSchedulerThatSleepsIsNoticed() throws Exception {
        var noticed = play(new Tampering() {
            @Override
            public FullNode node(FullNode node) {
                return signing(
                        node,
                        message -> message,
                        message -> message.method() != MinerMethod.SUBMIT_WINDOWED_POST.number());
            }
        });
        // Said when the window closes, which may be in a null round.
        assertThat(noticed)
                .anyMatch(words -> words.matches("WindowsInTime: .* to (\\d+), was not proven \\(epoch \\1\\)"));
    }

    private static List<String> play(Tampering tampering) throws Exception {
        var noticed = new ArrayList<String>();
        try (var store = new RunStore()) {
            for (long seed = 1; seed <= SEEDS; seed++) {
                noticed.addAll(Simulation.play(seed, 250, store, tampering).violations());
            }
        }
        return noticed;
    }

    private static Tampering signingAnew(UnaryOperator<Message> change) {
        return new Tampering() {
            @Override
            public FullNode node(FullNode node) {
                return signing(node, change, message -> true);
            }
        };
    }

    /** A node whose client changes what it pushes, or keeps it for itself. */
    private static FullNode signing(FullNode node, UnaryOperator<Message> change, Predicate<Message> pushes) {
        return (FullNode) Proxy.newProxyInstance(
                FullNode.class.getClassLoader(), new Class<?>[] {FullNode.class}, (proxy, method, arguments) -> {
                    var given = arguments == null ? new Object[0] : arguments;
                    if (given.length > 0 && given[0] instanceof SignedMessage signed) {
                        if (!pushes.test(signed.message())) {
                            return signed.cid();
                        }
                        var changed = change.apply(signed.message());
                        given[0] = new SignedMessage(changed, KEYS.sign(changed.from(), changed.signingBytes()));
                    }
                    try {
                        return method.invoke(node, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @FunctionalInterface
    private interface Chosen {
        boolean isMeant(String method, Object[] arguments);
    }

    private static <T> T decorated(Class<T> type, T real, Chosen chosen, Object answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (chosen.isMeant(method.getName(), arguments)) {
                        return answer;
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
