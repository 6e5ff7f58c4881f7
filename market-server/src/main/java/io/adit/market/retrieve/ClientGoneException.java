package io.adit.market.retrieve;

import java.io.IOException;

/** The client of a streamed answer left or stopped reading: its daily right, and no fault of the server. */
final class ClientGoneException extends IOException {
    ClientGoneException(String message) {
        super(message);
    }
}
