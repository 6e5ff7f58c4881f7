package io.adit.sealing.mining;

import io.adit.chain.node.MiningBaseInfo.ChallengedSector;
import io.adit.chain.type.PoStProof;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Randomness;
import io.adit.proofs.Proofs;
import io.adit.proofs.PublicReplica;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes winning proofs and verifies them before they are used. */
public final class WinningProver {
    private static final Logger LOG = LoggerFactory.getLogger(WinningProver.class);

    /** A proof made by faulty hardware may come out right the next time; for a third there is no time. */
    private static final int ATTEMPTS = 2;

    private final ActorId miner;
    private final Proofs proofs;
    private final ChallengedSectors files;
    private final Duration readTimeout;

    public WinningProver(ActorId miner, Proofs proofs, ChallengedSectors files, Duration readTimeout) {
        this.miner = miner;
        this.proofs = proofs;
        this.files = files;
        this.readTimeout = readTimeout;
    }

    /**
     * Proves the challenged sectors. All of them are needed: unlike in window PoSt none can be skipped.
     *
     * @throws AditException {@link MiningError#WINNING_POST_UNREADABLE}, {@link MiningError#WINNING_POST_INVALID}, or the
     *     proof library's own
     */
    List<PoStProof> prove(List<ChallengedSector> sectors, Randomness challenge) {
        if (sectors.isEmpty()) {
            throw new AditException(
                    MiningError.WINNING_POST_UNREADABLE, "making a winning PoSt: the full node named no sector");
        }
        for (var sector : sectors) {
            files.problem(sector.sector(), readTimeout).ifPresent(problem -> {
                throw new AditException(
                        MiningError.WINNING_POST_UNREADABLE,
                        "making a winning PoSt over sector " + sector.sector() + ": " + problem
                                + "; the block is lost");
            });
        }
        var type = sectors.getFirst().sealProof().winningPoSt();
        var replicas = sectors.stream()
                .map(sector -> files.replica(sector.sector(), commR(sector)))
                .toList();
        var known = sectors.stream()
                .map(sector -> new PublicReplica(sector.sector(), commR(sector)))
                .toList();
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            var made = proofs.winningPoSt(type, miner, challenge, replicas);
            if (proofs.verifyWinningPoSt(challenge, made, known, miner)) {
                return made.stream()
                        .map(proof -> new PoStProof(proof.type().number(), proof.proof()))
                        .toList();
            }
            LOG.error("A winning PoSt over {} does not verify here (attempt {})", known, attempt);
        }
        throw new AditException(
                MiningError.WINNING_POST_INVALID,
                "making a winning PoSt over " + known + ": it did not verify here " + ATTEMPTS + " times");
    }

    private static Commitment commR(ChallengedSector sector) {
        return Commitment.fromCid(sector.sealedCid());
    }
}
