package io.adit.libp2p.relay;

import java.util.Arrays;
import java.util.Optional;

/** How a relay, or the peer at the other end, answers. */
enum RelayStatus {
    OK(100, ""),
    RESERVATION_REFUSED(200, "it refuses the reservation"),
    RESOURCE_LIMIT_EXCEEDED(201, "one of its limits is reached"),
    PERMISSION_DENIED(202, "it does not permit that"),
    CONNECTION_FAILED(203, "it cannot reach the peer"),
    NO_RESERVATION(204, "the peer has no reservation there"),
    MALFORMED_MESSAGE(400, "it says that the message is malformed"),
    UNEXPECTED_MESSAGE(401, "it says that the message is unexpected");

    private final int number;
    private final String text;

    RelayStatus(int number, String text) {
        this.number = number;
        this.text = text;
    }

    int number() {
        return number;
    }

    static Optional<RelayStatus> of(long number) {
        return Arrays.stream(values()).filter(each -> each.number == number).findFirst();
    }

    /** What it means, as the end of a sentence about the relay. */
    @Override
    public String toString() {
        return text;
    }
}
