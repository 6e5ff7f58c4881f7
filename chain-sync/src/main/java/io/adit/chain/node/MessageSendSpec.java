package io.adit.chain.node;

import io.adit.core.fil.TokenAmount;
import java.util.Optional;
import java.util.UUID;

/**
 * Bounds on what a message may cost when the node fills in its gas fields (Lotus {@code MessageSendSpec}).
 *
 * @param maxFee attoFIL, gas limit times fee cap at most; zero means the node's own default
 * @param uuid makes {@code MpoolPushMessage} idempotent; absent means none
 * @param maximizeFeeCap raise the fee cap to what {@code maxFee} allows
 */
public record MessageSendSpec(TokenAmount maxFee, Optional<UUID> uuid, boolean maximizeFeeCap) {

    /** Only a bound on the fee. */
    public static MessageSendSpec maxFee(TokenAmount maxFee) {
        return new MessageSendSpec(maxFee, Optional.empty(), false);
    }
}
