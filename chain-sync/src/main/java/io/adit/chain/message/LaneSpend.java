package io.adit.chain.message;

import io.adit.core.fil.TokenAmount;
import java.util.Optional;

/**
 * What gas of a lane's messages cost today (UTC).
 *
 * @param today messages whose cost is not known yet count with the most that they may cost
 * @param cap empty when the lane has none
 */
public record LaneSpend(MessagePriority lane, TokenAmount today, Optional<TokenAmount> cap) {}
