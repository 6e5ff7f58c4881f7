package io.adit.libp2p.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.noise.NoiseHandshake;
import io.adit.libp2p.noise.NoiseKey;
import io.adit.libp2p.noise.TransportCipher;
import io.adit.libp2p.yamux.YamuxFrame;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over a socket whose peer does not read. */
@Timeout(20)
class SecureFrameWriterTest {
    private static final YamuxFrame PONG = new YamuxFrame(2, 2, 0, 1);
    private static final byte[] BLOCK = new byte[60_000];

    private final SecureRandom random = new SecureRandom();
    private final SendBudget budget = new SendBudget(1 << 20);

    /** Takes nothing until it is told to. */
    private static final class StuckSocket extends ChannelOutboundHandlerAdapter {
        private final ArrayDeque<ChannelPromise> unsent = new ArrayDeque<>();

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
            unsent.add(promise);
        }

        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            unsent.forEach(each -> each.setFailure(new ClosedChannelException()));
            unsent.clear();
            var ignored = context.close(promise); // heard of through the promise
        }

        void takeAll() {
            unsent.forEach(ChannelPromise::setSuccess);
            unsent.clear();
        }
    }

    private record Connection(StuckSocket socket, EmbeddedChannel channel, SecureFrameWriter writer) {}

    private Connection connection() throws Libp2pException {
        var socket = new StuckSocket();
        var channel = new EmbeddedChannel(socket);
        return new Connection(
                socket, channel, new SecureFrameWriter(channel, new NoiseSecurity.Sealer(cipher()), budget));
    }

    private TransportCipher cipher() throws Libp2pException {
        var key = new NoiseKey(Identity.generate(KeyType.ED25519, random), random);
        var dialler = NoiseHandshake.initiator(key, random);
        var listener = NoiseHandshake.responder(key, random);
        listener.read(dialler.write());
        dialler.read(listener.write());
        listener.read(dialler.write());
        return dialler.finish().sending();
    }

    /** Blocks sent until a writer had to wait. */
    private static int fill(Connection connection) {
        var sent = 0;
        while (true) {
            try {
                connection.writer().sendData(1, BLOCK, 0, BLOCK.length, Deadline.after(Duration.ofMillis(20)));
                connection.channel().runPendingTasks();
                sent++;
            } catch (Libp2pException e) {
                assertThat(e.kind()).isEqualTo(Kind.TIMEOUT);
                return sent;
            }
        }
    }

    @Test
    void peerThatAsksAndDoesNotRead_losesItsConnection_whenAQuarterOfAMebibyteHasPiledUp() throws Exception {
        var connection = connection();
        for (var frame = 0; frame < SecureFrameWriter.MAX_CONTROL; frame++) {
            connection.writer().sendControl(PONG);
        }
        connection.channel().runPendingTasks();
        assertThat(SecureFrameWriter.MAX_CONTROL * YamuxFrame.HEADER).isLessThanOrEqualTo(256 << 10);
        assertThat(connection.channel().isOpen()).isTrue();

        connection.writer().sendControl(PONG);
        connection.channel().runPendingTasks();

        assertThat(connection.channel().isOpen()).isFalse();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void peerThatReads_mayAskForAsMuchAsItLikes() throws Exception {
        var connection = connection();
        for (var round = 0; round < 4; round++) {
            for (var frame = 0; frame < SecureFrameWriter.MAX_CONTROL; frame++) {
                connection.writer().sendControl(PONG);
            }
            connection.channel().runPendingTasks();
            connection.socket().takeAll();
        }

        assertThat(connection.channel().isOpen()).isTrue();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void writersWait_whenTheirConnectionHasAMebibyteUnsent() throws Exception {
        var connection = connection();

        assertThat(fill(connection)).isEqualTo((1 << 20) / BLOCK.length + 1);

        connection.socket().takeAll();
        connection.writer().sendData(1, BLOCK, 0, BLOCK.length, Deadline.after(Duration.ofMillis(20)));
    }

    @Test
    void hostsMemoryUsedUp_leavesEveryConnectionOneMessageAtATime() throws Exception {
        fill(connection());
        var other = connection();

        for (var round = 0; round < 3; round++) {
            assertThat(fill(other)).as("two messages reach the reserve").isEqualTo(2);
            other.socket().takeAll();
        }
        assertThatThrownBy(() -> {
                    other.channel().close().syncUninterruptibly();
                    other.channel().runPendingTasks();
                    other.writer().close();
                    other.writer().sendData(1, BLOCK, 0, BLOCK.length, Deadline.NEVER);
                })
                .isInstanceOfSatisfying(
                        Libp2pException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONNECTION_LOST));
    }
}
