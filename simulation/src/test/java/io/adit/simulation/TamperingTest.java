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
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Plays nodes that are broken on purpose: each kind of break must be noticed, by the invariant that is meant for it. */
class TamperingTest {
    private static final int SEEDS = 6;
    /** The longest of them; most are half as long. */
    private static final int EPOCHS = 400;

    private static final SimulatedKeys KEYS = new SimulatedKeys(World.workerKey(), World.controlKeys());

    @Test
    void aMessageWithAnotherPriceThanTheStoredOneIsNoticed() throws Exception {
        // An outbox that prices a message once more after it was stored.
        assertNoticed(
                signingAnew(message -> message.withGas(
                        message.gasLimit(),
                        message.gasFeeCap(),
                        message.gasPremium().dividedBy(2))),
                words -> words.startsWith("StoredBeforePushed: "));
    }

    @Test
    void aMessageBeyondItsLimitIsNoticed() throws Exception {
        assertNoticed(
                signingAnew(message -> message.withGas(message.gasLimit(), TokenAmount.ofFil(1), message.gasPremium())),
                words -> words.startsWith("WithinFeeLimit: "));
    }

    @Test
    void twoWishesUnderOneNonceAreNoticed() throws Exception {
        // An outbox that takes the nonce it took before.
        assertNoticed(
                signingAnew(message -> message.withNonce(message.nonce() - message.nonce() % 2)),
                words -> words.startsWith("OneWishPerNonce: "));
    }

    @Test
    void anOutboxThatForgetsAtEachStartIsNoticed() throws Exception {
        assertNoticed(
                new Tampering() {
                    @Override
                    public void database(Connection connection) throws SQLException {
                        try (var statement = connection.createStatement()) {
                            statement.executeUpdate("DELETE FROM message_candidate");
                            statement.executeUpdate("DELETE FROM message");
                        }
                    }
                },
                words -> words.startsWith("NothingForgotten: "));
    }

    @Test
    void aProofThatNobodyVerifiedIsNoticed() throws Exception {
        assertNoticed(
                new Tampering() {
                    @Override
                    public Proofs proofs(Proofs proofs) {
                        return decorated(
                                Proofs.class, proofs, (method, arguments) -> method.equals("verifyWindowPoSt"), true);
                    }
                },
                words -> words.startsWith("VerifiedBeforePushed: "));
    }

    /** Said when the window closes, which may be in a null round. */
    @Test
    void aSchedulerThatSleepsIsNoticed() throws Exception {
        assertNoticed(
                new Tampering() {
                    @Override
                    public FullNode node(FullNode node) {
                        return signing(
                                node,
                                message -> message,
                                message -> message.method() != MinerMethod.SUBMIT_WINDOWED_POST.number());
                    }
                },
                words -> words.matches("WindowsInTime: .* to (\\d+), was not proven \\(epoch \\1\\)"));
    }

    /** One of few seeds is enough. */
    private static void assertNoticed(Tampering tampering, Predicate<String> asMeant) throws Exception {
        var noticed = new ArrayList<String>();
        try (var store = new RunStore()) {
            for (long seed = 1; seed <= SEEDS && noticed.stream().noneMatch(asMeant); seed++) {
                noticed.addAll(Simulation.play(seed, EPOCHS, store, tampering).violations());
            }
        }
        assertThat(noticed).anyMatch(asMeant);
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
