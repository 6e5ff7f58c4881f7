package io.adit.chain.node;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.ipld.Cid;

/**
 * DataCap that a client set aside for a piece at a provider (Lotus {@code verifreg.Allocation}). Frozen since FIP-0118; old ones can
 * still be read.
 *
 * @param data piece CID (version 1)
 * @param termMin fewest epochs for which a sector must hold the piece
 * @param termMax most epochs that count
 * @param expiration epoch after which it can no longer be claimed
 */
public record Allocation(
        ActorId client, ActorId provider, Cid data, PaddedSize size, Epoch termMin, Epoch termMax, Epoch expiration) {}
