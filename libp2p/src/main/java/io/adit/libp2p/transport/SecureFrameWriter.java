package io.adit.libp2p.transport;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.noise.TransportCipher;
import io.adit.libp2p.yamux.YamuxFrame;
import io.adit.libp2p.yamux.YamuxTransport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Seals outgoing bytes into messages and queues them for the channel.
 *
 * <p>The order on the wire must be the order of sealing: Noise counts its nonces. So sealing and queueing happen under one lock, and everything
 * leaves the queue through a task on the event loop: a write made directly by the event loop would overtake what other
 * threads have queued. Writers seal on their own threads. The event loop never waits for the sealing lock: control
 * frames go to a queue of their own, which whoever holds the lock empties before it lets go.
 *
 * <p>What waits for the socket is bounded: data writers wait while too much is unsent, on this connection or on all of
 * the host together; control frames never wait, but a peer that lets {@link #MAX_CONTROL} of them pile up, because it
 * asks and does not read, loses its connection.
 */
final class SecureFrameWriter implements YamuxTransport {
    /** Sealed bytes that the socket may not have taken yet before data writers are held up. */
    private static final long MAX_UNSENT = 1 << 20;
    /** What is left unsent when those who are held up go on: they shall not be woken for every message. */
    private static final long DRAINED = MAX_UNSENT / 2;
    /** Control frames that the socket may not have taken yet: 256 KiB of them. */
    static final int MAX_CONTROL = (256 << 10) / YamuxFrame.HEADER;

    private static final int MAX_PLAIN = TransportCipher.MAX_MESSAGE - TransportCipher.TAG;

    private final Channel channel;
    private final MessageSealer sealer;
    private final ReentrantLock sealing = new ReentrantLock();
    private final ConcurrentLinkedQueue<YamuxFrame> control = new ConcurrentLinkedQueue<>();
    private final AtomicInteger controlQueued = new AtomicInteger();
    private final AtomicInteger controlUnsent = new AtomicInteger();
    private final ConcurrentLinkedQueue<Sealed> sealed = new ConcurrentLinkedQueue<>();
    private final SendBudget budget;
    private final AtomicLong unsent = new AtomicLong();
    private final AtomicBoolean flushScheduled = new AtomicBoolean();
    private final ReentrantLock gate = new ReentrantLock();
    private final Condition drained = gate.newCondition();
    private final AtomicInteger waiting = new AtomicInteger();
    private boolean controlHeld; // of the event loop alone
    private volatile boolean closed;

    /** A message on its way, with the number of control frames in it; a data frame is none. */
    private record Sealed(ByteBuf bytes, int controlFrames) {}

    SecureFrameWriter(Channel channel, MessageSealer sealer, SendBudget budget) {
        this.channel = channel;
        this.sealer = sealer;
        this.budget = budget;
    }

    @Override
    public int maxData() {
        return MAX_PLAIN - YamuxFrame.HEADER;
    }

    @Override
    public void sendControl(YamuxFrame frame) {
        if (closed) {
            return;
        }
        if (controlUnsent.incrementAndGet() > MAX_CONTROL) {
            giveUp();
            return;
        }
        controlQueued.incrementAndGet();
        control.add(frame);
        if (!(channel.eventLoop().inEventLoop() && controlHeld)) {
            sealControl();
        }
    }

    /** On the event loop: its control frames wait for {@link #releaseControl}, so that answers to one read share messages. */
    void holdControl() {
        controlHeld = true;
    }

    /** On the event loop. */
    void releaseControl() {
        controlHeld = false;
        sealControl();
    }

    /** Whoever fails to get the lock leaves the work to its holder, who looks again after letting go. */
    private void sealControl() {
        while (!control.isEmpty() && sealing.tryLock()) {
            try {
                drainControl();
            } finally {
                sealing.unlock();
            }
        }
    }

    private void drainControl() {
        var most = Math.min(controlQueued.get(), MAX_PLAIN / YamuxFrame.HEADER);
        if (control.isEmpty() || most == 0) {
            return;
        }
        var message = newMessage(most * YamuxFrame.HEADER);
        var position = message.arrayOffset() + sealer.prefix();
        var count = 0;
        while (count < most) {
            var frame = control.poll();
            if (frame == null) {
                break;
            }
            frame.encode(message.array(), position + count * YamuxFrame.HEADER);
            count++;
        }
        controlQueued.addAndGet(-count);
        sealAndQueue(message, count * YamuxFrame.HEADER, count);
    }

    @Override
    public void sendData(int streamId, byte[] buffer, int offset, int length, Deadline deadline)
            throws Libp2pException {
        while (true) {
            awaitDrained(deadline);
            sealing.lock();
            try {
                // All who waited are woken at once; each checks again, or the last would write far past the mark.
                if (!isDrained()) {
                    continue;
                }
                drainControl();
                var message = newMessage(YamuxFrame.HEADER + length);
                var position = message.arrayOffset() + sealer.prefix();
                YamuxFrame.encodeData(streamId, length, message.array(), position);
                System.arraycopy(buffer, offset, message.array(), position + YamuxFrame.HEADER, length);
                sealAndQueue(message, YamuxFrame.HEADER + length, 0);
                return;
            } finally {
                sealing.unlock();
                sealControl();
            }
        }
    }

    /** Sends bytes outside of any frame: the agreement on the muxer, before there is one. */
    void sendPlain(byte[] bytes) {
        sealing.lock();
        try {
            var message = newMessage(bytes.length);
            System.arraycopy(bytes, 0, message.array(), message.arrayOffset() + sealer.prefix(), bytes.length);
            sealAndQueue(message, bytes.length, 0);
        } finally {
            sealing.unlock();
        }
    }

    private ByteBuf newMessage(int plainLength) {
        var capacity = sealer.prefix() + plainLength + sealer.suffix();
        return channel.alloc().heapBuffer(capacity, capacity);
    }

    private void sealAndQueue(ByteBuf message, int plainLength, int controlFrames) {
        try {
            sealer.seal(message, plainLength);
        } catch (GeneralSecurityException e) {
            message.release();
            giveUp();
            return;
        }
        unsent.addAndGet(message.readableBytes());
        budget.take(message.readableBytes());
        sealed.add(new Sealed(message, controlFrames));
        if (flushScheduled.compareAndSet(false, true)) {
            onEventLoop(this::flush);
        }
    }

    /** On the event loop: moves all that is sealed to the socket with one flush. */
    private void flush() {
        flushScheduled.set(false);
        for (var message = sealed.poll(); message != null; message = sealed.poll()) {
            var bytes = message.bytes().readableBytes();
            var controlFrames = message.controlFrames();
            Channels.write(channel, message.bytes(), () -> sent(bytes, controlFrames));
        }
        channel.flush();
    }

    /** On the event loop: the socket has taken a message, or the channel has closed. */
    private void sent(int bytes, int controlFrames) {
        budget.give(bytes);
        controlUnsent.addAndGet(-controlFrames);
        if (unsent.addAndGet(-bytes) <= DRAINED) {
            signalIfDrained();
        }
    }

    private boolean isDrained() {
        var waiting = unsent.get();
        return closed || (waiting < MAX_UNSENT && budget.hasRoom(waiting));
    }

    private void awaitDrained(Deadline deadline) throws Libp2pException {
        if (!isDrained()) {
            gate.lock();
            waiting.incrementAndGet();
            try {
                while (!isDrained()) {
                    deadline.await(drained, "writing to a connection that does not drain");
                }
            } finally {
                waiting.decrementAndGet();
                gate.unlock();
            }
        }
        if (closed) {
            throw new Libp2pException(Kind.CONNECTION_LOST, "connection has ended");
        }
    }

    /** On the event loop; the gate is held by others only to look and go to sleep. */
    private void signalIfDrained() {
        if (waiting.get() > 0 && isDrained()) {
            gate.lock();
            try {
                drained.signalAll();
            } finally {
                gate.unlock();
            }
        }
    }

    @Override
    public boolean later(Duration delay, Runnable task) {
        try {
            var ignored = channel.eventLoop().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            return !closed;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** The channel has gone: wakes all writers. */
    private void markClosed() {
        closed = true;
        signalIfDrained();
    }

    private void giveUp() {
        markClosed();
        Channels.close(channel);
    }

    @Override
    public void close() {
        closed = true;
        onEventLoop(() -> {
            flush();
            Channels.close(channel);
            signalIfDrained();
        });
    }

    private void onEventLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            markClosed(); // the host is shut down, and with it every channel
        }
    }
}
