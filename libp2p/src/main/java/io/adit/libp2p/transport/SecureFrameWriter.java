package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.noise.TransportCipher;
import io.adit.libp2p.yamux.Deadline;
import io.adit.libp2p.yamux.YamuxFrame;
import io.adit.libp2p.yamux.YamuxTransport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.security.GeneralSecurityException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Seals outgoing bytes into Noise messages and queues them for the channel.
 *
 * <p>The order on the wire must be the order of nonces. So sealing and queueing happen under one lock, and everything
 * leaves the queue through a task on the event loop: a write made directly by the event loop would overtake what other
 * threads have queued. Writers seal on their own threads. The event loop never waits for the sealing lock: control
 * frames go to a queue of their own, which whoever holds the lock empties before it lets go.
 */
final class SecureFrameWriter implements YamuxTransport {
    /** Sealed bytes that may wait for the event loop before data writers are held up. */
    private static final long MAX_UNFLUSHED = 512 << 10;
    /** Bytes that the socket may be behind, beyond its high-water mark, before the connection is given up. */
    private static final long MAX_BACKLOG = 8 << 20;
    /** Control frames that may wait to be sealed. */
    private static final int MAX_CONTROL = 16 << 10;

    private static final int LENGTH_PREFIX = 2;
    private static final int MAX_PLAIN = TransportCipher.MAX_MESSAGE - TransportCipher.TAG;

    private final Channel channel;
    private final TransportCipher cipher;
    private final ReentrantLock sealing = new ReentrantLock();
    private final ConcurrentLinkedQueue<YamuxFrame> control = new ConcurrentLinkedQueue<>();
    private final AtomicInteger controlCount = new AtomicInteger();
    private final ConcurrentLinkedQueue<ByteBuf> sealed = new ConcurrentLinkedQueue<>();
    private final AtomicLong unflushed = new AtomicLong();
    private final AtomicBoolean flushScheduled = new AtomicBoolean();
    private final ReentrantLock gate = new ReentrantLock();
    private final Condition drained = gate.newCondition();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;

    SecureFrameWriter(Channel channel, TransportCipher cipher) {
        this.channel = channel;
        this.cipher = cipher;
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
        if (controlCount.incrementAndGet() > MAX_CONTROL) {
            giveUp();
            return;
        }
        control.add(frame);
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
        var count = Math.min(controlCount.get(), MAX_PLAIN / YamuxFrame.HEADER);
        if (control.isEmpty() || count == 0) {
            return;
        }
        var message = newMessage(count * YamuxFrame.HEADER);
        var position = message.arrayOffset() + LENGTH_PREFIX;
        var length = 0;
        while (length < count * YamuxFrame.HEADER) {
            var frame = control.poll();
            if (frame == null) {
                break;
            }
            controlCount.decrementAndGet();
            frame.encode(message.array(), position + length);
            length += YamuxFrame.HEADER;
        }
        sealAndQueue(message, length);
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
                var position = message.arrayOffset() + LENGTH_PREFIX;
                YamuxFrame.encodeData(streamId, length, message.array(), position);
                System.arraycopy(buffer, offset, message.array(), position + YamuxFrame.HEADER, length);
                sealAndQueue(message, YamuxFrame.HEADER + length);
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
            System.arraycopy(bytes, 0, message.array(), message.arrayOffset() + LENGTH_PREFIX, bytes.length);
            sealAndQueue(message, bytes.length);
        } finally {
            sealing.unlock();
        }
    }

    private ByteBuf newMessage(int plainLength) {
        var capacity = LENGTH_PREFIX + plainLength + TransportCipher.TAG;
        return channel.alloc().heapBuffer(capacity, capacity);
    }

    private void sealAndQueue(ByteBuf message, int plainLength) {
        try {
            var length = cipher.applyInPlace(message.array(), message.arrayOffset() + LENGTH_PREFIX, plainLength);
            message.setShort(0, length);
            message.writerIndex(LENGTH_PREFIX + length);
        } catch (GeneralSecurityException e) {
            message.release();
            giveUp();
            return;
        }
        unflushed.addAndGet(message.readableBytes());
        sealed.add(message);
        if (flushScheduled.compareAndSet(false, true)) {
            onEventLoop(this::flush);
        }
    }

    /** On the event loop: moves all that is sealed to the socket with one flush. */
    private void flush() {
        flushScheduled.set(false);
        var moved = 0L;
        for (var message = sealed.poll(); message != null; message = sealed.poll()) {
            moved += message.readableBytes();
            Channels.write(channel, message);
        }
        channel.flush();
        unflushed.addAndGet(-moved);
        if (channel.isActive() && channel.bytesBeforeWritable() > MAX_BACKLOG) {
            giveUp();
        }
        signalIfDrained();
    }

    private boolean isDrained() {
        return closed || (channel.isWritable() && unflushed.get() < MAX_UNFLUSHED);
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
    void signalIfDrained() {
        if (waiting.get() > 0 && isDrained()) {
            gate.lock();
            try {
                drained.signalAll();
            } finally {
                gate.unlock();
            }
        }
    }

    /** The channel has gone: wakes all writers. */
    void markClosed() {
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
