package io.adit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.Proofs;
import io.adit.sealing.proving.ProvableSectors;
import io.adit.sealing.proving.ReadReplicas;
import io.adit.sealing.proving.SectorLook;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
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

    @Test
    void aSoundSectorLeftOutIsNoticed() throws Exception {
        assertNoticed(
                reportingAsLost(true), words -> words.startsWith("SoundSectorsKept: ") && words.contains("left out"));
    }

    @Test
    void aSoundSectorDeclaredFaultyIsNoticed() throws Exception {
        assertNoticed(
                reportingAsLost(false),
                words -> words.startsWith("SoundSectorsKept: ") && words.contains("declared faulty"));
    }

    @Test
    void aSoundSectorThatIsFaultyInTheEndIsNoticed() throws Exception {
        assertNoticed(
                reportingAsLost(true),
                words -> words.matches("WindowsInTime: .*, was proven, and its sectors .* are faulty.*"));
    }

    /** Sectors of a path of four are said to be lost: when a proof needs them, or when they are looked at ahead of it. */
    private static Tampering reportingAsLost(boolean forProofs) {
        return new Tampering() {
            @Override
            public ProvableSectors disks(ProvableSectors disks) {
                return new ProvableSectors() {
                    @Override
                    public SectorLook look(Collection<SectorNumber> sectors, Supplier<Duration> left)
                            throws InterruptedException {
                        var looked = disks.look(sectors, left);
                        return forProofs ? looked : new SectorLook(and(sectors, looked.problems()), looked.late());
                    }

                    @Override
                    public PrivateReplica replica(SectorNumber sector, Commitment commR) {
                        return disks.replica(sector, commR);
                    }

                    @Override
                    public ReadReplicas read(
                            RegisteredPoStProof type,
                            Randomness challenge,
                            Map<SectorNumber, Commitment> sectors,
                            Supplier<Duration> left)
                            throws InterruptedException {
                        var read = disks.read(type, challenge, sectors, left);
                        if (!forProofs) {
                            return read;
                        }
                        var lost = and(sectors.keySet(), read.problems());
                        var others = new TreeMap<>(read.replicas());
                        others.keySet().removeAll(lost.keySet());
                        return new ReadReplicas(others, lost, read.late(), read.release());
                    }
                };
            }
        };
    }

    private static Map<SectorNumber, String> and(Collection<SectorNumber> sectors, Map<SectorNumber, String> problems) {
        var all = new TreeMap<>(problems);
        sectors.stream().filter(sector -> sector.value() % 4 == 1).forEach(sector -> all.put(sector, "lost"));
        return all;
    }

    @Test
    void aNodeThatDeclaresNoRecoveriesIsNoticed() throws Exception {
        // In the place of each a message that says nothing, so that the ones after it are executed.
        assertNoticed(
                signingAnew(message -> message.method() == MinerMethod.DECLARE_FAULTS_RECOVERED.number()
                        ? new Message(
                                message.version(),
                                message.from(),
                                message.from(),
                                message.nonce(),
                                message.value(),
                                message.gasLimit(),
                                message.gasFeeCap(),
                                message.gasPremium(),
                                0,
                                new byte[0])
                        : message),
                TamperingTest::saysThatMendedSectorsAreFaulty,
                TamperingTest::mendsADiskEarly);
    }

    @Test
    void aNodeThatNeverUsesADiskAgainIsNoticed() throws Exception {
        assertNoticed(
                new Tampering() {
                    private final Map<SectorNumber, String> failedOnce = new TreeMap<>();

                    @Override
                    public ProvableSectors disks(ProvableSectors disks) {
                        return new ProvableSectors() {
                            @Override
                            public SectorLook look(Collection<SectorNumber> sectors, Supplier<Duration> left)
                                    throws InterruptedException {
                                var looked = disks.look(sectors, left);
                                failedOnce.putAll(looked.problems());
                                var problems = new TreeMap<>(failedOnce);
                                problems.keySet().retainAll(sectors);
                                return new SectorLook(problems, looked.late());
                            }

                            @Override
                            public PrivateReplica replica(SectorNumber sector, Commitment commR) {
                                return disks.replica(sector, commR);
                            }
                        };
                    }
                },
                TamperingTest::saysThatMendedSectorsAreFaulty,
                TamperingTest::mendsADiskEarly);
    }

    private static boolean saysThatMendedSectorsAreFaulty(String words) {
        return words.startsWith("WindowsInTime: ") && words.contains("on mended disks are still faulty");
    }

    /** Whether a disk fails for a while, and there is time after it for the proving period in which its sectors recover. */
    private static boolean mendsADiskEarly(Story story) {
        return story.events().stream()
                        .limit(Story.QUIET_AT_FIRST + 40)
                        .flatMap(List::stream)
                        .anyMatch(Disturbance.DiskTrouble.class::isInstance)
                && story.epochs() >= EPOCHS;
    }

    @Test
    void aStoreThatForgetsDealsIsNoticed() throws Exception {
        assertNoticed(
                new Tampering() {
                    @Override
                    public void database(Connection connection) throws SQLException {
                        try (var statement = connection.createStatement()) {
                            statement.executeUpdate("DELETE FROM deal");
                        }
                    }
                },
                words -> words.startsWith("DealsKept: ") && words.contains("no longer known"),
                TamperingTest::diesWithDeals);
    }

    @Test
    void aNodeThatPublishesNothingIsNoticed() throws Exception {
        assertNoticed(
                new Tampering() {
                    @Override
                    public FullNode node(FullNode node) {
                        return signing(
                                node,
                                message -> message,
                                message -> !message.to().equals(Actor.MARKET)
                                        || message.method() != MarketMethod.PUBLISH_STORAGE_DEALS.number());
                    }
                },
                words -> words.startsWith("DealsInTime: ") && words.contains("SOUND"),
                Story::deals);
    }

    private static boolean diesWithDeals(Story story) {
        return story.deals()
                && story.events().stream().skip(60).flatMap(List::stream).anyMatch(Disturbance.Crash.class::isInstance);
    }

    /** One of few seeds is enough. */
    private static void assertNoticed(Tampering tampering, Predicate<String> asMeant) throws Exception {
        assertNoticed(tampering, asMeant, story -> true);
    }

    /** As {@link #assertNoticed(Tampering, Predicate)}, of stories of a kind. */
    private static void assertNoticed(Tampering tampering, Predicate<String> asMeant, Predicate<Story> kind)
            throws Exception {
        var noticed = new ArrayList<String>();
        var seeds = LongStream.rangeClosed(1, 300)
                .filter(seed -> kind.test(Story.of(seed, EPOCHS, 1)))
                .limit(SEEDS)
                .iterator();
        try (var store = new RunStore()) {
            while (seeds.hasNext() && noticed.stream().noneMatch(asMeant)) {
                long seed = seeds.next();
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
