package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.BatchReturn;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DeclareFaultsParams;
import io.adit.chain.actor.DeclareFaultsRecoveredParams;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.PieceActivationManifest;
import io.adit.chain.actor.SectorDeclaration;
import io.adit.chain.actor.SettleDealPaymentsParams;
import io.adit.chain.actor.SettleDealPaymentsReturn;
import io.adit.chain.actor.TerminateSectorsParams;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.BitField;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.policy.ChainPolicy;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DealLifeTest {
    private final RecordingProofs proofs = new RecordingProofs();
    private final Devnet devnet = Devnet.inMemory(settings(29), proofs);
    private final FullNode node = devnet.node();
    private final Provider provider = new Provider(devnet, node);
    private final PieceInfo piece = new PieceInfo(Provider.commR(99), Provider.SECTOR);

    static ChainSettings settings(long networkVersion) {
        return new ChainSettings(
                ChainPolicy.fast(),
                SectorSize.KIB_2,
                networkVersion,
                Instant.ofEpochSecond(1_790_000_000),
                new byte[32]);
    }

    @BeforeEach
    void createMiner() {
        provider.createMiner();
    }

    private BigInteger power() {
        return node.stateMinerPower(provider.miner(), TipSetKey.EMPTY)
                .minerPower()
                .qualityAdjustedPower();
    }

    private long sealDeal() {
        provider.fillEscrow();
        var published = provider.publish(provider.proposal("mars.jpg", piece));
        long deal = published.ids().getFirst();
        provider.preCommit(1, piece);
        provider.prove(1, PieceActivationManifest.ofDeal(piece.pieceCidV1(), piece.size(), deal));
        return deal;
    }

    @Test
    void aDealIsActive_whenItsPieceIsProvenAndNotified() {
        long deal = sealDeal();

        var found = node.stateMarketStorageDeal(deal, TipSetKey.EMPTY).orElseThrow();
        assertThat(found.isActive()).isTrue();
        assertThat(found.state().sectorNumber()).isEqualTo(new SectorNumber(1));
        assertThat(proofs.seals()).isNotEmpty();
    }

    @Test
    void aSectorHasTenTimesItsPower_onceProvenInItsWindow() {
        sealDeal();
        assertThat(power()).isZero();

        long deadline = provider.awaitDeadline(1);
        var receipt = provider.submitWindow(deadline);

        assertThat(receipt.exitCode()).isZero();
        assertThat(power()).isEqualTo(20_480);
        devnet.advance(500);
        assertThat(node.stateMinerFaults(provider.miner(), TipSetKey.EMPTY).cardinality())
                .isEqualTo(1);
    }

    @Test
    void powerEqualsRawBytes_onNetworkVersion28() {
        var old = Devnet.inMemory(settings(28), proofs);
        var former = new Provider(old, old.node());
        former.createMiner();
        former.preCommit(1);
        former.prove(1);
        former.submitWindow(former.awaitDeadline(1));

        var claim = old.node().stateMinerPower(former.miner(), TipSetKey.EMPTY).minerPower();
        assertThat(claim.qualityAdjustedPower()).isEqualTo(2048);
    }

    @Test
    void powerIsLostAtOnce_whenASectorIsSkipped_andBackWhenItRecovers() {
        provider.preCommit(1);
        provider.preCommit(2);
        provider.prove(1);
        provider.prove(2);
        long deadline = provider.awaitDeadline(1);
        provider.submitWindow(deadline);
        assertThat(power()).isEqualTo(40_960);

        provider.awaitDeadline(1);
        provider.submitWindow(deadline, 2);
        assertThat(power()).isEqualTo(20_480);

        var recovered = new SectorDeclaration(deadline, 0, BitField.of(2));
        devnet.advance(20);
        assertThat(provider.runBlind(provider.miner(), 11, new DeclareFaultsRecoveredParams(List.of(recovered)))
                        .exitCode())
                .isZero();
        provider.awaitDeadline(1);
        provider.submitWindow(deadline);
        assertThat(power()).isEqualTo(40_960);
    }

    @Test
    void theFaultFeeIsBurnt_onlyForSectorsThatWereFaultyBefore() {
        provider.preCommit(1);
        provider.prove(1);
        provider.submitWindow(provider.awaitDeadline(1));
        var burntBefore = node.walletBalance(Actor.BURNT_FUNDS);

        provider.awaitDeadline(1);
        devnet.advance(10);
        var missed = node.walletBalance(Actor.BURNT_FUNDS).minus(burntBefore);
        assertThat(power()).isZero();

        provider.awaitDeadline(1);
        devnet.advance(10);
        var continued = node.walletBalance(Actor.BURNT_FUNDS).minus(burntBefore).minus(missed);
        assertThat(continued).isGreaterThan(missed.times(10));
    }

    @Test
    void aBadWindowProofIsRefused() {
        provider.preCommit(1);
        provider.prove(1);
        long deadline = provider.awaitDeadline(1);

        var receipt = provider.runBlind(provider.miner(), 5, provider.windowProof(deadline, new byte[192]));

        assertThat(receipt.exitCode()).isEqualTo(16);
        assertThat(power()).isZero();
    }

    @Test
    void aDeclaredFaultLosesPower_andTerminationEndsTheSector() {
        long deal = sealDeal();
        long deadline = provider.awaitDeadline(1);
        provider.submitWindow(deadline);
        devnet.advance(20);
        var declared = new SectorDeclaration(deadline, 0, BitField.of(1));

        provider.runBlind(provider.miner(), 10, new DeclareFaultsParams(List.of(declared)));
        assertThat(power()).isZero();
        var receipt = provider.runBlind(provider.miner(), 9, new TerminateSectorsParams(List.of(declared)));

        assertThat(receipt.exitCode()).isZero();
        assertThat(receipt.returnValue()).isEqualTo(new byte[] {(byte) 0x81, (byte) 0xf5});
        assertThat(node.stateMarketStorageDeal(deal, TipSetKey.EMPTY)).isEmpty();
        assertThat(node.stateMinerSectorCount(provider.miner(), TipSetKey.EMPTY).live())
                .isZero();
    }

    @Test
    void settlementPaysForElapsedEpochs_andDropsDealsNeverActivated() {
        long deal = sealDeal();
        long idle =
                provider.publish(provider.proposal("never sealed", piece)).ids().getFirst();
        var proposal =
                node.stateMarketStorageDeal(idle, TipSetKey.EMPTY).orElseThrow().proposal();
        devnet.advanceTo(proposal.startEpoch().value() + 100);

        var receipt = provider.run(
                Actor.MARKET,
                TokenAmount.ZERO,
                MarketMethod.SETTLE_DEAL_PAYMENTS.number(),
                new SettleDealPaymentsParams(BitField.of(deal, idle)));

        var result = SettleDealPaymentsReturn.fromCbor(receipt.returnValue());
        assertThat(result.settlements().getFirst().payment()).isGreaterThan(TokenAmount.ZERO);
        assertThat(result.results()).isEqualTo(BatchReturn.of(List.of(0L, 32L)));
        assertThat(node.stateMarketStorageDeal(idle, TipSetKey.EMPTY)).isEmpty();
    }

    @Test
    void onlyGoodProposalsArePublished_ofABatch() {
        provider.fillEscrow();
        var good = provider.proposal("good", piece);
        var forged = new ClientDealProposal(provider.proposal("forged", piece).proposal(), good.clientSignature());

        var published = provider.publish(forged, good);

        assertThat(published.validDeals()).isEqualTo(BitField.of(1));
        assertThat(published.ids()).hasSize(1);
    }
}
