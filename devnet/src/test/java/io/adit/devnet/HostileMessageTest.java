package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.PublishStorageDealsParams;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.actor.SettleDealPaymentsParams;
import io.adit.chain.type.Message;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.proofs.ProofsError;
import io.adit.proofs.ProofsException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages that nobody means well: each ends with an exit code, and the chain goes on. */
class HostileMessageTest {
    private final Devnet devnet = Devnet.inMemory(DealLifeTest.settings(29), new RecordingProofs());
    private final Provider provider = new Provider(devnet, devnet.node());

    private Provider on(Predicate<byte[]> judge) {
        var other = Devnet.inMemory(DealLifeTest.settings(29), RecordingProofs.judging(judge));
        var mine = new Provider(other, other.node());
        mine.createMiner();
        return mine;
    }

    @Test
    void settlingMoreDealsThanABlockHasGasFor_runsOutOfGas() {
        var params = new SettleDealPaymentsParams(BitField.ofRange(0, Long.MAX_VALUE - 1));
        long settle = MarketMethod.SETTLE_DEAL_PAYMENTS.number();

        assertThat(provider.runBlind(Actor.MARKET, settle, params).exitCode()).isEqualTo(7);
        var free =
                Message.unpriced(provider.worker().address(), Actor.MARKET, TokenAmount.ZERO, settle, params.toCbor());
        assertThat(devnet.node().stateCall(free, TipSetKey.EMPTY).receipt().exitCode())
                .isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true"})
    void aCommitmentMadeWithAnotherHashIsRefused_asInPreCommit(boolean wrongSealed, boolean wrongUnsealed) {
        provider.createMiner();
        var wrong = Multihash.of(Multihash.SHA2_256, new byte[32]);
        var good = Provider.commR(1);
        var head = devnet.node().chainHead().height();
        var info = new SectorPreCommitInfo(
                Provider.SEAL.number(),
                new SectorNumber(1),
                wrongSealed ? Cid.of(Cid.COMMITMENT_SEALED, wrong) : good.asSealedCid(),
                head.minus(5),
                List.of(),
                head.plus(700_000),
                Optional.of(wrongUnsealed ? Cid.of(Cid.COMMITMENT_UNSEALED, wrong) : good.asUnsealedCid()));

        var receipt = provider.runBlind(
                provider.miner(),
                MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number(),
                new PreCommitSectorBatch2Params(List.of(info)));

        assertThat(receipt.exitCode()).isEqualTo(16);
    }

    private long publishingAnswers(Cid piece, long start, long end) {
        provider.createMiner();
        provider.fillEscrow();
        var good = provider.proposal("mars.jpg", new PieceInfo(Provider.commR(99), Provider.SECTOR))
                .proposal();
        var changed = good.withPieceCid(piece).withStartEpoch(new Epoch(start)).withEndEpoch(new Epoch(end));
        var signed = new ClientDealProposal(changed, provider.client().sign(changed.toCbor()));
        return provider.runBlind(Actor.MARKET, 4, new PublishStorageDealsParams(List.of(signed)))
                .exitCode();
    }

    @ParameterizedTest
    @CsvSource({
        "9223372036854775800, -9223372036854775800",
        "1000, -9223372036854775808",
        "-9223372036854775808, 9223372036854775807",
        "9000000000000000000, 9000000000000518400"
    })
    void aDealWithAnAbsurdTermIsDropped_orTaken_butNeverStopsTheChain(long start, long end) {
        long code = publishingAnswers(Provider.commR(99).asUnsealedCid(), start, end);

        assertThat(code).isEqualTo(end - start == 518_400 ? 0 : 16);
        assertThat(devnet.advance(3)).isPositive();
    }

    @Test
    void aPieceCidMadeWithAnotherHashIsDropped() {
        var piece = Cid.of(Cid.COMMITMENT_UNSEALED, Multihash.of(Multihash.SHA2_256, new byte[32]));

        assertThat(publishingAnswers(piece, 1_000, 1_000 + 518_400)).isEqualTo(16);
    }

    @ParameterizedTest
    @EnumSource(
            value = ProofsError.class,
            names = {"INVALID_INPUT", "NATIVE_PANIC", "PROOF_FAILED", "PARAMETERS_MISSING"})
    void aProofThatTheLibraryCannotJudge_endsTheMessageOnly(ProofsError error) {
        var hit = on(proof -> {
            throw new ProofsException(error, "as ordered");
        });
        hit.preCommit(1);

        var receipt = hit.proveBlind(1);

        assertThat(receipt.exitCode()).isEqualTo(error == ProofsError.PARAMETERS_MISSING ? 24 : 16);
        assertThat(hit.sectors()).isEmpty();
        assertThat(hit.preCommit(2).exitCode()).isZero();
    }

    @Test
    void whoeverStartedTheClockIsTold_whenItCannotGoOn() {
        var told = new AtomicReference<Throwable>();
        var broken = Devnet.inMemory(DealLifeTest.settings(29), RecordingProofs.judging(proof -> {
            throw new UnsatisfiedLinkError("as ordered");
        }));
        var mine = new Provider(broken, broken.node());
        mine.createMiner();
        mine.preCommit(1);
        broken.advance(12);
        mine.pushProof(1);

        broken.start(told::set);

        await().untilAsserted(() -> assertThat(told.get()).isInstanceOf(UnsatisfiedLinkError.class));
        broken.close();
    }
}
