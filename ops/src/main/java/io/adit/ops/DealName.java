package io.adit.ops;

import io.adit.core.error.AditException;
import io.adit.market.mk20.Ulid;
import java.util.Optional;
import java.util.UUID;

/**
 * How people name a deal: one over libp2p by its UUID, a direct one by its ULID. Both are the same 128 bits in two writings, so
 * either leads to the deal.
 */
public record DealName(UUID uuid) {
    private static final int ULID = 26;

    /** Reads either form; empty when it is none. */
    public static Optional<DealName> parse(String text) {
        try {
            return Optional.of(
                    new DealName(text.length() == ULID ? Ulid.parse(text).uuid() : UUID.fromString(text)));
        } catch (IllegalArgumentException | AditException e) {
            return Optional.empty();
        }
    }

    public Ulid ulid() {
        return new Ulid(uuid);
    }

    @Override
    public String toString() {
        return uuid.toString();
    }
}
