package io.adit.chain.node.eth;

import io.adit.core.fil.Address;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An Ethereum address. Those of contracts and Ethereum accounts are f410 addresses; any other actor has the form {@code 0xff}, eleven zeros
 * and its ID ("masked ID address", FRC-0055).
 *
 * @param text {@code 0x} and 40 lower-case hexadecimal digits
 */
public record EthAddress(String text) {
    /** ID of the Ethereum address manager, f4's namespace. */
    private static final long NAMESPACE = 10;

    private static final int BYTES = 20;
    private static final int MASK = 12;
    private static final String MASKED = "0xff" + "00".repeat(MASK - 1);

    public EthAddress {
        text = Hexadecimal.of("Ethereum address", text, BYTES);
    }

    /** The form of an ID or f410 address; empty for others, whose ID must be looked up first. */
    public static Optional<EthAddress> of(Address address) {
        byte[] payload = address.bytes();
        return switch (address.protocol()) {
            case ID ->
                Optional.of(new EthAddress(
                        MASKED + HexFormat.of().toHexDigits(address.id().orElseThrow())));
            case DELEGATED ->
                payload.length == BYTES + 2 && payload[1] == NAMESPACE
                        ? Optional.of(new EthAddress(
                                "0x" + HexFormat.of().formatHex(Arrays.copyOfRange(payload, 2, payload.length))))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** The same actor as Filecoin names it: an ID address or an f410 address. */
    public Address toFilecoin() {
        byte[] bytes = HexFormat.of().parseHex(text, 2, text.length());
        return text.startsWith(MASKED)
                ? Address.ofId(ByteBuffer.wrap(bytes).getLong(MASK))
                : Address.delegated(NAMESPACE, bytes);
    }

    @Override
    public String toString() {
        return text;
    }
}
