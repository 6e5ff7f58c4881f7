package io.adit.chain.node;

import io.adit.core.fil.Epoch;
import java.util.Optional;

/**
 * When a sector ends (Lotus {@code miner.SectorExpiration}).
 *
 * @param onTime the epoch of its deadline's end at or after its expiration
 * @param early the epoch at which it is removed as faulty, where it is
 */
public record SectorExpiration(Epoch onTime, Optional<Epoch> early) {}
