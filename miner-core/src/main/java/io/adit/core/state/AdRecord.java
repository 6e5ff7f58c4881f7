package io.adit.core.state;

import io.adit.core.ipld.Cid;
import java.time.Instant;

/**
 * An advertisement that was published to indexers (IPNI).
 *
 * @param number its place in the provider's chain, from 1
 * @param block its bytes as they were signed, which the CID is of
 */
public record AdRecord(long number, Cid cid, Bytes block, Instant createdAt) {}
