package io.adit.libp2p.yamux;

import io.adit.libp2p.Deadline;
import io.adit.libp2p.Libp2pException;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a session sends. */
final class RecordingTransport implements YamuxTransport {
    final List<YamuxFrame> control = new CopyOnWriteArrayList<>();
    final ByteArrayOutputStream data = new ByteArrayOutputStream();
    volatile boolean closed;

    @Override
    public int maxData() {
        return 16 << 10;
    }

    @Override
    public void sendControl(YamuxFrame frame) {
        control.add(frame);
    }

    @Override
    public synchronized void sendData(int streamId, byte[] buffer, int offset, int length, Deadline deadline)
            throws Libp2pException {
        data.write(buffer, offset, length);
    }

    @Override
    public boolean later(Duration delay, Runnable task) {
        return false;
    }

    @Override
    public void close() {
        closed = true;
    }

    synchronized int dataLength() {
        return data.size();
    }

    /** The frames sent of this type and with this flag. */
    List<YamuxFrame> sent(int type, int flag) {
        return control.stream()
                .filter(frame -> frame.type() == type && (flag == 0 ? frame.flags() == 0 : frame.has(flag)))
                .toList();
    }
}
