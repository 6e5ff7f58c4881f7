package io.adit.ops.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenRoomsTest {
    @Test
    void close_closesAll_theLastMadeFirst_whateverOneSays() {
        var closed = new ArrayList<String>();
        var rooms = new OpenRooms();
        for (var name : List.of("lock", "store", "workers", "engine", "api")) {
            rooms.add(() -> {
                closed.add(name);
                switch (name) {
                    case "api" -> throw new OutOfMemoryError("no threads");
                    case "workers" -> throw new Unspeakable();
                    case "engine" -> throw new IllegalStateException("it has not started");
                    default -> {
                        // Closed.
                    }
                }
            });
        }

        rooms.close();
        rooms.close();

        assertThat(closed).containsExactly("api", "engine", "workers", "store", "lock");
    }

    /** Memory is too short for a line in the log, too. */
    private static final class Unspeakable extends Error {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new OutOfMemoryError("no room for words");
        }
    }
}
