package io.adit.proofs;

import java.nio.file.Path;

/**
 * Where one sector lies on disk, in lotus-miner's layout.
 *
 * @param unsealed fr32-padded original data, sector-sized
 * @param sealed the replica
 * @param cache directory with trees and auxiliary files
 */
public record SectorFiles(Path unsealed, Path sealed, Path cache) {}
