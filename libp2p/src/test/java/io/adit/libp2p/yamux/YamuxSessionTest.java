package io.adit.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.mux.ReceiveBudget;
import io.adit.libp2p.mux.SessionLimits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class YamuxSessionTest {
    private static final int WINDOW = SessionLimits.INITIAL_WINDOW;
    private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();
    private static final SessionLimits LIMITS =
            new SessionLimits(4 * WINDOW, 4L * WINDOW, 4, 2, 2, Duration.ofSeconds(1), Duration.ofNanos(1));

    private static ReceiveBudget.Share share(long total, long limit) {
        return new ReceiveBudget(total).shareOf(total, List.of(new ReceiveBudget.Account(ADDRESS, limit)));
    }

    private final ReceiveBudget.Share budget = share(32L * WINDOW, 16L * WINDOW);
    private final RecordingTransport transport = new RecordingTransport();
    private final List<YamuxStream> accepted = new ArrayList<>();
    private final YamuxSession server = new YamuxSession(false, LIMITS, budget, transport, accepted::add);

    private void receive(int type, int flags, int streamId, int length, byte... data) throws Libp2pException {
        receive(server, type, flags, streamId, length, data);
    }

    private static void receive(YamuxSession session, int type, int flags, int streamId, int length, byte... data)
            throws Libp2pException {
        var bytes = new byte[YamuxFrame.HEADER + data.length];
        new YamuxFrame(type, flags, streamId, length).encode(bytes, 0);
        System.arraycopy(data, 0, bytes, YamuxFrame.HEADER, data.length);
        session.receive(bytes, 0, bytes.length);
    }

    private YamuxStream opened(int id) throws Libp2pException {
        return opened(server, id);
    }

    private YamuxStream opened(YamuxSession session, int id) throws Libp2pException {
        receive(session, YamuxFrame.WINDOW_UPDATE, YamuxFrame.SYN, id, 0);
        var stream = accepted.getLast();
        session.negotiated(stream);
        return stream;
    }

    private static void assertKind(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    private void assertViolation(ThrowingCallable call) {
        assertKind(Kind.PROTOCOL_VIOLATION, call);
        assertThat(transport.sent(YamuxFrame.GO_AWAY, 0))
                .extracting(YamuxFrame::length)
                .containsExactly(YamuxFrame.GO_AWAY_PROTOCOL_ERROR);
        assertThat(transport.closed).isTrue();
    }

    @Test
    void windowIsGivenBack_onlyWhenTheReaderHasTakenHalfOfIt() throws Exception {
        var stream = opened(1);
        receive(YamuxFrame.DATA, 0, 1, WINDOW, new byte[WINDOW]);
        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, 0)).isEmpty();

        stream.read(new byte[WINDOW / 2 - 1], 0, WINDOW / 2 - 1);
        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, 0)).isEmpty();
        stream.read(new byte[1], 0, 1);

        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, 0)).hasSize(1);
        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, 0).getFirst().length())
                .isGreaterThanOrEqualTo(WINDOW / 2);
    }

    @Test
    void overrunOfTheWindow_endsTheConnection() throws Exception {
        var stream = opened(1);
        receive(YamuxFrame.DATA, 0, 1, WINDOW, new byte[WINDOW]);
        assertThat(stream.bufferCapacity()).isEqualTo(WINDOW);

        assertViolation(() -> receive(YamuxFrame.DATA, 0, 1, 1, (byte) 0));

        assertKind(Kind.PROTOCOL_VIOLATION, () -> stream.read(new byte[1], 0, 1));
    }

    @Test
    void overrunIsNoticedAtTheHeader_beforeAnyByteIsKept() throws Exception {
        var stream = opened(1);

        assertViolation(() -> receive(YamuxFrame.DATA, 0, 1, Integer.MAX_VALUE));

        assertThat(stream.bufferCapacity()).isZero();
    }

    @Test
    void unreadBytesBeyondTheAddressesShare_resetTheStreamThatBringsThem() throws Exception {
        var share = share(4L * WINDOW, 2L * WINDOW);
        var session = new YamuxSession(false, LIMITS, share, transport, accepted::add);
        var streams = new ArrayList<YamuxStream>();
        for (var id = 1; id <= 5; id += 2) {
            streams.add(opened(session, id));
        }
        receive(session, YamuxFrame.DATA, 0, 1, WINDOW, new byte[WINDOW]);
        receive(session, YamuxFrame.DATA, 0, 3, WINDOW, new byte[WINDOW]);

        var free = ReceiveBudget.FREE;
        receive(session, YamuxFrame.DATA, 0, 5, free, new byte[free]);
        assertThat(streams.get(2).read(new byte[free], 0, free))
                .as("enough to agree on a protocol is never refused")
                .isEqualTo(free);

        receive(session, YamuxFrame.DATA, 0, 5, WINDOW - free, new byte[WINDOW - free]);

        assertKind(Kind.LIMIT, () -> streams.get(2).read(new byte[1], 0, 1));
        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST))
                .extracting(YamuxFrame::streamId)
                .containsExactly(5);
        assertThat(streams.get(0).read(new byte[WINDOW], 0, WINDOW)).isEqualTo(WINDOW);
    }

    @Test
    void unreadBytesOfAllConnections_areBoundedTogether_andComeBack() throws Exception {
        var shared = share(2L * WINDOW, 2L * WINDOW);
        var one = new YamuxSession(false, LIMITS, shared, transport, accepted::add);
        var other = new YamuxSession(false, LIMITS, shared, transport, accepted::add);
        var finished = opened(one, 1);
        receive(one, YamuxFrame.DATA, YamuxFrame.FIN, 1, WINDOW, new byte[WINDOW]);
        var dropped = opened(one, 3);
        receive(one, YamuxFrame.DATA, 0, 3, WINDOW, new byte[WINDOW]);

        var refused = opened(other, 1);
        receive(other, YamuxFrame.DATA, 0, 1, WINDOW, new byte[WINDOW]);
        assertKind(Kind.LIMIT, () -> refused.read(new byte[1], 0, 1));

        assertThat(finished.read(new byte[WINDOW], 0, WINDOW)).isEqualTo(WINDOW);
        dropped.reset();
        for (var id = 3; id <= 5; id += 2) {
            var taken = opened(other, id);
            receive(other, YamuxFrame.DATA, 0, id, WINDOW, new byte[WINDOW]);
            assertThat(taken.read(new byte[WINDOW], 0, WINDOW)).isEqualTo(WINDOW);
        }
    }

    @Test
    void streamReset_givesItsMemoryBack_evenAfterTheRemoteHasFinished() throws Exception {
        var small = share(WINDOW, WINDOW);
        var session = new YamuxSession(false, LIMITS, small, transport, accepted::add);
        var done = opened(session, 1);
        receive(session, YamuxFrame.DATA, YamuxFrame.FIN, 1, WINDOW, new byte[WINDOW]);
        done.closeWrite();
        done.reset();
        session.served(done);

        var next = opened(session, 3);
        receive(session, YamuxFrame.DATA, 0, 3, WINDOW, new byte[WINDOW]);

        assertThat(next.read(new byte[WINDOW], 0, WINDOW)).isEqualTo(WINDOW);
    }

    @Test
    void quickReaderGetsALargerWindow_withinTheLimitsOfStreamAndSession() throws Exception {
        var first = opened(1);
        var second = opened(3);

        assertThat(windowAfterManyRounds(first)).isEqualTo(4 * WINDOW);
        // The first stream has taken three of the four windows that the session may grow by.
        assertThat(windowAfterManyRounds(second)).isEqualTo(2 * WINDOW);
        first.reset();
        assertThat(windowAfterManyRounds(second)).isEqualTo(4 * WINDOW);
    }

    /** Fills and empties the window again and again. @return its size in the end */
    private int windowAfterManyRounds(YamuxStream stream) throws Libp2pException {
        var buffer = new byte[LIMITS.maxWindow()];
        var window = stream.windowLeft();
        for (var round = 0; round < 20; round++) {
            receive(YamuxFrame.DATA, 0, stream.id(), window, new byte[window]);
            assertThat(stream.read(buffer, 0, buffer.length)).isEqualTo(window);
            window = stream.windowLeft();
        }
        assertThat(stream.bufferCapacity()).isLessThanOrEqualTo(LIMITS.maxWindow());
        return window;
    }

    @Test
    void writerWaitsForWindow_andGoesOnWithTheCredit() throws Exception {
        var stream = opened(1);
        var done = new CompletableFuture<Boolean>();
        Thread.ofVirtual().start(() -> {
            try {
                stream.write(new byte[WINDOW + 100], 0, WINDOW + 100);
                done.complete(true);
            } catch (Libp2pException e) {
                done.completeExceptionally(e);
            }
        });
        await().until(() -> transport.dataLength() == WINDOW);
        assertThat(done).isNotDone();

        receive(YamuxFrame.WINDOW_UPDATE, 0, 1, 60);
        await().until(() -> transport.dataLength() == WINDOW + 60);
        receive(YamuxFrame.WINDOW_UPDATE, 0, 1, 1000);

        assertThat(done.get()).isTrue();
        assertThat(transport.dataLength()).isEqualTo(WINDOW + 100);
    }

    @Test
    void deadlinesEndWaiting() throws Exception {
        var stream = opened(1);
        stream.setReadDeadline(Deadline.after(Duration.ofMillis(1)));
        stream.setWriteDeadline(Deadline.after(Duration.ofMillis(1)));

        assertKind(Kind.TIMEOUT, () -> stream.read(new byte[1], 0, 1));
        assertKind(Kind.TIMEOUT, () -> stream.write(new byte[WINDOW + 1], 0, WINDOW + 1));
    }

    @Test
    void halfCloseLetsTheOtherDirectionGoOn() throws Exception {
        var stream = opened(1);
        receive(YamuxFrame.DATA, YamuxFrame.FIN, 1, 3, (byte) 1, (byte) 2, (byte) 3);

        stream.write(new byte[10], 0, 10);
        assertThat(stream.read(new byte[8], 0, 8)).isEqualTo(3);
        assertThat(stream.read(new byte[8], 0, 8)).isEqualTo(-1);
        assertThat(server.streamCount()).isEqualTo(1);
        stream.closeWrite();

        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, YamuxFrame.FIN)).hasSize(1);
        assertThat(server.streamCount()).isZero();
        assertKind(Kind.CLOSED, () -> stream.write(new byte[1], 0, 1));
    }

    @Test
    void dataAfterFin_endsTheConnection() throws Exception {
        opened(1);
        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.FIN, 1, 0);

        assertViolation(() -> receive(YamuxFrame.DATA, 0, 1, 1, (byte) 0));
    }

    @Test
    void remoteReset_wakesReaderAndWriter() throws Exception {
        var stream = opened(1);
        receive(YamuxFrame.DATA, 0, 1, 1, (byte) 0);

        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, 1, 7);

        assertKind(Kind.STREAM_RESET, () -> stream.read(new byte[1], 0, 1));
        assertKind(Kind.STREAM_RESET, () -> stream.write(new byte[1], 0, 1));
        assertThat(server.streamCount()).isZero();
    }

    @Test
    void inboundStreamsBeyondTheLimit_areReset() throws Exception {
        for (var id = 1; id <= 7; id += 2) {
            opened(id);
        }
        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.SYN, 9, 0);
        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST))
                .extracting(YamuxFrame::streamId)
                .containsExactly(9);

        // A reset alone frees no place: the handler may still be running.
        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, 1, 0);
        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.SYN, 11, 0);
        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST)).hasSize(2);
        server.served(accepted.getFirst());
        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.SYN, 13, 0);
        assertThat(accepted).hasSize(5);
    }

    @Test
    void streamsClosedHereThatTheRemoteKeepsOpen_countAgainstTheLimit() throws Exception {
        for (var id = 1; id <= 7; id += 2) {
            var stream = opened(id);
            stream.close();
            server.served(stream);
        }

        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.SYN, 9, 0);

        assertThat(accepted).hasSize(4);
        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST))
                .extracting(YamuxFrame::streamId)
                .containsExactly(9);
        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.FIN, 1, 0);
        assertThat(opened(11).id()).isEqualTo(11);
    }

    @Test
    void streamsThatAgreeOnNothing_fillTheAcceptBacklog() throws Exception {
        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.SYN, 1, 0);
        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.SYN, 3, 0);
        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.SYN, 5, 0);

        assertThat(accepted).hasSize(2);
        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST)).hasSize(1);
    }

    @Test
    void unacknowledgedStreams_fillTheOpenBacklog() throws Exception {
        var first = server.open(Deadline.NEVER);
        server.open(Deadline.NEVER);
        assertKind(Kind.TIMEOUT, () -> server.open(Deadline.after(Duration.ofMillis(1))));

        receive(YamuxFrame.WINDOW_UPDATE, YamuxFrame.ACK, first.id(), 0);

        assertThat(server.open(Deadline.NEVER).id()).isEqualTo(6);
    }

    @Test
    void brokenFrames_endTheConnection() {
        assertViolation(() -> receive(9, 0, 1, 0));
    }

    @Test
    void streamNumberOfThisSide_endsTheConnection() {
        assertViolation(() -> receive(YamuxFrame.DATA, YamuxFrame.SYN, 2, 0));
    }

    @Test
    void streamOpenedTwice_endsTheConnection() throws Exception {
        opened(1);

        assertViolation(() -> receive(YamuxFrame.DATA, YamuxFrame.SYN, 1, 0));
    }

    @Test
    void pingIsAnswered_andAnUnansweredOneEndsTheConnection() throws Exception {
        receive(YamuxFrame.PING, YamuxFrame.SYN, 0, 77);
        assertThat(transport.sent(YamuxFrame.PING, YamuxFrame.ACK))
                .extracting(YamuxFrame::length)
                .containsExactly(77);

        server.tick();
        var ping = transport.sent(YamuxFrame.PING, YamuxFrame.SYN).getFirst();
        receive(YamuxFrame.PING, YamuxFrame.ACK, 0, ping.length());
        assertThat(server.roundTripNanos()).isPositive();
        server.tick();
        assertKind(Kind.CONNECTION_LOST, server::tick);
    }

    /** As on a slow link, where the answer stands behind data that was sent before. */
    @Test
    void remoteThatSendsOtherThings_isNotLost_thoughItsAnswerIsLate() throws Exception {
        opened(1);
        server.tick();
        for (var interval = 0; interval < 3; interval++) {
            receive(YamuxFrame.DATA, 0, 1, 0);
            server.tick();
        }
        var pings = transport.sent(YamuxFrame.PING, YamuxFrame.SYN);
        assertThat(pings).as("no ping behind one that is under way").hasSize(1);

        receive(YamuxFrame.PING, YamuxFrame.ACK, 0, pings.getFirst().length());
        server.tick();
        assertThat(transport.sent(YamuxFrame.PING, YamuxFrame.SYN)).hasSize(2);
        assertKind(Kind.CONNECTION_LOST, server::tick);
    }

    @Test
    void streamClosedHereThatTheRemoteNeverFinishes_isResetInTheEnd() throws Exception {
        var stream = opened(1);
        stream.close();
        assertThat(server.streamCount()).isEqualTo(1);

        server.tick();

        assertThat(server.streamCount()).isZero();
        assertThat(transport.sent(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST)).hasSize(1);
    }

    @Test
    void closeOfTheSession_failsItsStreams() throws Exception {
        var stream = opened(1);

        server.close(new Libp2pException(Kind.CLOSED, "test"));

        assertKind(Kind.CLOSED, () -> stream.read(new byte[1], 0, 1));
        assertKind(Kind.CLOSED, () -> server.open(Deadline.NEVER));
        assertThat(transport.sent(YamuxFrame.GO_AWAY, 0)).hasSize(1);
    }

    @Test
    void bytesCutAnywhere_meanTheSame() throws Exception {
        var stream = opened(1);
        var bytes = new byte[3 * (YamuxFrame.HEADER + 5)];
        for (var frame = 0; frame < 3; frame++) {
            var at = frame * (YamuxFrame.HEADER + 5);
            YamuxFrame.encodeData(1, 5, bytes, at);
            bytes[at + YamuxFrame.HEADER] = (byte) frame;
        }
        for (var cut = 0; cut <= bytes.length; cut++) {
            server.receive(bytes, 0, cut);
            server.receive(bytes, cut, bytes.length - cut);

            var read = new byte[16];
            assertThat(stream.read(read, 0, 16)).isEqualTo(15);
            assertThat(new byte[] {read[0], read[5], read[10]}).containsExactly(0, 1, 2);
        }
    }

    @Test
    void randomBytes_neverDoMoreThanEndTheConnection() {
        var random = new Random(42);
        for (var round = 0; round < 2000; round++) {
            var session = new YamuxSession(false, LIMITS, budget, new RecordingTransport(), stream -> {});
            var bytes = new byte[random.nextInt(2000)];
            random.nextBytes(bytes);
            for (var at = 0; at + 12 <= bytes.length; at += 12 + random.nextInt(4)) {
                bytes[at] = 0;
                bytes[at + 1] = (byte) random.nextInt(4);
                bytes[at + 2] = 0;
                bytes[at + 3] = (byte) random.nextInt(16);
                bytes[at + 8] = 0;
                bytes[at + 9] = 0;
            }
            try {
                session.receive(bytes, 0, bytes.length);
            } catch (Libp2pException e) {
                assertThat(e.kind()).isIn(Kind.PROTOCOL_VIOLATION, Kind.CONNECTION_LOST);
            }
        }
    }
}
