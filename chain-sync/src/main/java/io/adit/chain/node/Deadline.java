package io.adit.chain.node;

import io.adit.core.fil.BitField;
import io.adit.core.fil.TokenAmount;

/**
 * One of a miner's deadlines (Lotus {@code api.Deadline}).
 *
 * @param postSubmissions partitions already proven in the current window
 * @param disputableProofCount optimistic proofs that may still be disputed
 * @param dailyFee attoFIL charged each day for its sectors (FIP-0100)
 */
public record Deadline(BitField postSubmissions, long disputableProofCount, TokenAmount dailyFee) {}
