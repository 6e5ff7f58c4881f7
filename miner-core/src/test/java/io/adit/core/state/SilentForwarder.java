package io.adit.core.state;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A port that leads to a server of this machine: one that comes up later than those who need it, or that loses its power, when its
 * connections stay open and nothing comes through any more.
 */
public final class SilentForwarder implements AutoCloseable {
    private final ServerSocket door;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean silent;

    SilentForwarder(int target) throws IOException {
        this(0, target);
    }

    /**
     * Begins to forward.
     *
     * @param port 0 for a free one
     */
    public SilentForwarder(int port, int target) throws IOException {
        this.door = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        this.target = target;
        Thread.ofVirtual().start(this::run);
    }

    /** Where it listens. */
    public int port() {
        return door.getLocalPort();
    }

    void fallSilent() {
        silent = true;
    }

    /** For connections made from now on. */
    void speakAgain() {
        silent = false;
    }

    private void run() {
        try {
            while (true) {
                var from = door.accept();
                var to = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.addAll(List.of(from, to));
                pump(from, to);
                pump(to, from);
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pump(Socket from, Socket to) {
        Thread.ofVirtual().start(() -> {
            var buffer = new byte[8192];
            try {
                for (int n = from.getInputStream().read(buffer);
                        n >= 0;
                        n = from.getInputStream().read(buffer)) {
                    if (silent) {
                        return;
                    }
                    to.getOutputStream().write(buffer, 0, n);
                }
                to.close();
            } catch (IOException e) {
                // Closed by the other end.
            }
        });
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (var socket : sockets) {
            socket.close();
        }
    }
}
