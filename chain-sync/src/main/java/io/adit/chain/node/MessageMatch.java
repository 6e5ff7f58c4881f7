package io.adit.chain.node;

import io.adit.core.fil.Address;
import java.util.Optional;

/**
 * Which messages are looked for (Lotus {@code api.MessageMatch}).
 *
 * @param to receiver, if it matters
 * @param from sender, if it matters; one of the two must
 */
public record MessageMatch(Optional<Address> to, Optional<Address> from) {}
