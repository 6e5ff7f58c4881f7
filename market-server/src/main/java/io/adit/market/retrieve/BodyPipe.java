package io.adit.market.retrieve;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A request's body on its way from the event loop to the thread that takes it. Nothing is read from the client before the
 * first byte is asked for, and no more than about {@value #MARK} bytes ahead of who takes them. A client that sends nothing
 * for the stall timeout ends it.
 */
final class BodyPipe extends InputStream {
    private static final int MARK = 1 << 20;

    private final Runnable wanted;
    private final Duration stall;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int taken;
    private long bytesWaiting;
    private long received;
    private boolean asked;
    private boolean ended;
    private String broken = "";

    /** @param wanted lets the event loop read on */
    BodyPipe(Runnable wanted, Duration stall) {
        this.wanted = wanted;
        this.stall = stall;
    }

    /** Event loop: more has come. */
    void accept(byte[] bytes) {
        change(() -> {
            if (broken.isEmpty() && bytes.length > 0) {
                waiting.add(bytes);
                bytesWaiting += bytes.length;
                received += bytes.length;
            }
        });
    }

    /** Event loop: that was all. */
    void end() {
        change(() -> ended = true);
    }

    /** There will be no more, and nobody is to think that it was all. */
    void fail(String why) {
        change(() -> {
            if (!ended && broken.isEmpty()) {
                broken = why;
            }
            waiting.clear();
            bytesWaiting = 0;
        });
    }

    private void change(Runnable step) {
        lock.lock();
        try {
            step.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the event loop may read more. */
    boolean wantsMore() {
        lock.lock();
        try {
            return asked && !ended && bytesWaiting < MARK;
        } finally {
            lock.unlock();
        }
    }

    /** Whether all has come. */
    boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that have come. */
    long received() {
        lock.lock();
        try {
            return received;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        int count;
        boolean more;
        lock.lock();
        try {
            if (!await()) {
                return -1;
            }
            var first = waiting.element();
            count = Math.min(length, first.length - taken);
            System.arraycopy(first, taken, target, offset, count);
            taken += count;
            if (taken == first.length) {
                waiting.remove();
                taken = 0;
            }
            boolean full = bytesWaiting >= MARK;
            bytesWaiting -= count;
            more = full && bytesWaiting < MARK && !ended;
        } finally {
            lock.unlock();
        }
        if (more) {
            wanted.run();
        }
        return count;
    }

    /** Waits until something is there; false at the end. */
    private boolean await() throws IOException {
        long left = stall.toNanos();
        try {
            while (waiting.isEmpty()) {
                if (!broken.isEmpty()) {
                    throw new IOException(broken);
                }
                if (ended) {
                    return false;
                }
                if (!asked) {
                    asked = true;
                    wanted.run();
                }
                if (left <= 0) {
                    broken = "the client sent nothing for " + stall.toSeconds() + " s";
                    throw new IOException(broken);
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the body", e);
        }
    }
}
