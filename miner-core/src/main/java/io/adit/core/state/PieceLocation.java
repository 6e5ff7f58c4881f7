package io.adit.core.state;

import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.SectorNumber;

/**
 * A piece inside a sector.
 *
 * @param paddedOffset bytes from the start of the padded sector
 */
public record PieceLocation(SectorNumber sector, SectorState state, long paddedOffset, PaddedSize size) {}
