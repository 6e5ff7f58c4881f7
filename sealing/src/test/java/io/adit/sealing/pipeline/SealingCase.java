package io.adit.sealing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.type.Message;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.SealVerification;
import io.adit.proofs.SealedSectorFixture;
import io.adit.sealing.ProofsDecorator;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline on a bench, with the fixture's sector. */
abstract class SealingCase {
    static final SectorNumber FIRST = new SectorNumber(1);

    static SealedSectorFixture fixture;

    @TempDir
    Path directory;

    SealingBench bench;

    /** Real proofs, except that C2 gives the fixture's proof instead of computing one for a minute. */
    static class CachedCommit2 extends ProofsDecorator {

        final AtomicInteger made = new AtomicInteger();

        CachedCommit2() {
            super(ProofsTestKit.proofs());
        }

        @Override
        public byte[] commit2(byte[] phase1, SectorId sector) {
            made.incrementAndGet();
            return fixture.proof().clone();
        }
    }

    /** For sectors other than the fixture's: any proof is as good as another. */
    static class AnyCommit2 extends CachedCommit2 {
        @Override
        public boolean verifySeal(SealVerification seal) {
            return true;
        }
    }

    @BeforeAll
    static void seal() {
        fixture = SealedSectorFixture.get();
    }

    @BeforeEach
    void open() {
        bench = new SealingBench(directory, new CachedCommit2());
        bench.chain.ticket(fixture.ticket());
        bench.chain.seed(fixture.seed());
    }

    @AfterEach
    void close() {
        bench.close();
    }

    DealPiece fixturePiece() {
        return bench.piece(fixture.data(), fixture.pieces().getFirst(), 7);
    }

    ProveCommitSectors3Params commit() {
        return ProveCommitSectors3Params.fromCbor(
                onlyMessage(MinerMethod.PROVE_COMMIT_SECTORS3).params());
    }

    Message onlyMessage(MinerMethod method) {
        assertThat(bench.chain.included(method)).hasSize(1);
        return bench.chain.included(method).getFirst();
    }

    static byte[] randomBytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
