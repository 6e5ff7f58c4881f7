package io.adit.chain.node;

/** The deadline and partition that a sector is proven in (Lotus {@code miner.SectorLocation}). */
public record SectorLocation(long deadline, long partition) {}
