package io.adit.devnet.actor;

import io.adit.chain.actor.SectorActivationManifest;
import io.adit.proofs.SealVerification;

/** A sector on its way through ProveCommitSectors3; {@code code} stays 0 as long as it is well. */
final class CommitCandidate {
    final SectorActivationManifest manifest;
    final PreCommit preCommit;
    final SealVerification seal;
    long code;

    CommitCandidate(SectorActivationManifest manifest, PreCommit preCommit, SealVerification seal) {
        this.manifest = manifest;
        this.preCommit = preCommit;
        this.seal = seal;
    }

    boolean well() {
        return code == 0;
    }
}
