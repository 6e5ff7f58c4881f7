package io.adit.ops.daemon;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rooms that are to be closed, the last made first, whatever one of them says when it is. */
final class OpenRooms implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenRooms.class);

    private final Deque<AutoCloseable> rooms = new ConcurrentLinkedDeque<>();

    /** Takes a room in, and answers it. */
    <T extends AutoCloseable> T add(T room) {
        rooms.push(room);
        return room;
    }

    @Override
    public void close() {
        while (!rooms.isEmpty()) {
            var room = rooms.pop();
            try {
                room.close();
            } catch (Exception | Error e) {
                complain(room, e);
            }
        }
    }

    /** The locks and the lease come last: they must be given back though memory is too short for a line in the log. */
    private static void complain(AutoCloseable room, Throwable cause) {
        try {
            LOG.warn("closing {}", room.getClass().getSimpleName(), cause);
        } catch (RuntimeException | Error ignored) {
            // There is nowhere left to say it.
        }
    }
}
