package io.adit.core.state;

import io.adit.core.fil.PieceInfo;
import java.util.Optional;
import java.util.UUID;

/** A piece at its place in a sector's order. Padding pieces are listed too; their deal is empty. */
public record SectorPiece(PieceInfo piece, Optional<UUID> deal) {}
