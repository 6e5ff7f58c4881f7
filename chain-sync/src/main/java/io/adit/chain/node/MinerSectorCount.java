package io.adit.chain.node;

/** How many sectors a miner has (Lotus {@code api.MinerSectors}). */
public record MinerSectorCount(long live, long active, long faulty) {}
