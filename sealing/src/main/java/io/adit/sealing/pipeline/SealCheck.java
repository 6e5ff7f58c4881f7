package io.adit.sealing.pipeline;

import io.adit.core.fil.SectorId;
import io.adit.core.state.SectorRecord;
import io.adit.proofs.Proofs;
import io.adit.proofs.SealVerification;

/** Verifies a sector's proof as the chain will: against the stored ticket, seed and commitments. */
final class SealCheck {

    private SealCheck() {}

    static boolean holds(Proofs proofs, SectorRecord sector, SectorId id, byte[] proof) {
        return proofs.verifySeal(new SealVerification(
                sector.sealProof(),
                id,
                sector.commR().orElseThrow(),
                sector.commD().orElseThrow(),
                sector.ticket().orElseThrow().value(),
                sector.seed().orElseThrow().value(),
                proof));
    }
}
