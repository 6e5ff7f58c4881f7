package io.adit.proofs;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorNumber;
import java.nio.file.Path;

/** A sector as its owner proves it: what the chain knows, and where the replica and its cache lie. */
public record PrivateReplica(SectorNumber number, Commitment commR, Path cache, Path sealed) {}
