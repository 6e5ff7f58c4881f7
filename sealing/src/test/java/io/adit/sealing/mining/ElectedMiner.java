package io.adit.sealing.mining;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.PowerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.CborRecord;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.devnet.Devnet;
import io.adit.proofs.SealedSectorFixture;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A miner with one really sealed sector, which has power and so wins nearly every epoch of its devnet. Seal and window proof are
 * {@link #TAKEN_AS_VALID}; the winning proofs are for the tests to make.
 */
final class ElectedMiner {
    /** What the devnet's proofs must take for a valid seal and a valid window proof. */
    static final byte[] TAKEN_AS_VALID = new byte[192];

    private static final long LIFETIME = 200 * 2880L;
    private static final long GAS = 2_000_000_000L;
    private static final SealedSectorFixture SECTOR = SealedSectorFixture.get();

    private final Devnet devnet;
    private final FullNode node;
    private final PrivateKey worker;
    private final Address miner;

    private ElectedMiner(Devnet devnet, PrivateKey worker) {
        this.devnet = devnet;
        this.node = devnet.node();
        this.worker = worker;
        devnet.ledger().fund(worker.address(), TokenAmount.ofFil(10_000));
        devnet.advance(1);
        var created = run(
                Actor.POWER,
                node.stateMinerCreationDeposit(TipSetKey.EMPTY),
                PowerMethod.CREATE_MINER.number(),
                new CreateMinerParams(
                        worker.address(),
                        worker.address(),
                        SECTOR.proofType().windowPoSt().number(),
                        new byte[0],
                        List.of()));
        this.miner = CreateMinerReturn.fromCbor(created.returnValue()).idAddress();
    }

    /** Creates the miner, proves its sector, and lets epochs pass until the devnet leaves the blocks to it. */
    static ElectedMiner on(Devnet devnet, PrivateKey worker) {
        var elected = new ElectedMiner(devnet, worker);
        elected.commit();
        elected.proveWindow();
        while (elected.node.chainHead().height().value() == devnet.epoch()) {
            devnet.advance(1);
        }
        return elected;
    }

    Address miner() {
        return miner;
    }

    ActorId id() {
        return new ActorId(miner.id().orElseThrow());
    }

    PrivateKey worker() {
        return worker;
    }

    /** The sector's files, where a node of this miner would have them. */
    StoragePaths paths(Path directory) throws IOException {
        var paths = StoragePaths.open(directory.resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
        var path = paths.init(directory.resolve("path"), PathSettings.create(UUID.randomUUID(), true, true));
        var id = new SectorId(id(), SECTOR.sector().number());
        Files.copy(SECTOR.files().sealed(), path.file(id, SectorFileType.SEALED));
        var cache = Files.createDirectories(path.file(id, SectorFileType.CACHE));
        try (var entries = Files.list(SECTOR.files().cache())) {
            for (var entry : entries.toList()) {
                Files.copy(entry, cache.resolve(entry.getFileName().toString()));
            }
        }
        return paths;
    }

    private void commit() {
        var head = node.chainHead().height();
        var info = new SectorPreCommitInfo(
                SECTOR.proofType().number(),
                number(),
                SECTOR.commitments().commR().asSealedCid(),
                head.minus(1),
                List.of(),
                head.plus(LIFETIME + 100_000),
                Optional.empty());
        run(
                miner,
                TokenAmount.ofFil(1_000),
                MinerMethod.PRE_COMMIT_SECTOR_BATCH2.number(),
                new PreCommitSectorBatch2Params(List.of(info)));
        var at = node.stateSectorPreCommitInfo(miner, number(), TipSetKey.EMPTY)
                .orElseThrow()
                .preCommitEpoch();
        devnet.advanceTo(at.value() + 11);
        run(
                miner,
                TokenAmount.ofFil(1_000),
                MinerMethod.PROVE_COMMIT_SECTORS3.number(),
                new ProveCommitSectors3Params(
                        List.of(new SectorActivationManifest(number(), List.of())),
                        List.of(TAKEN_AS_VALID),
                        new byte[0],
                        Optional.empty(),
                        true,
                        true));
    }

    private static SectorNumber number() {
        return SECTOR.sector().number();
    }

    private void proveWindow() {
        var at = node.stateSectorPartition(miner, number(), TipSetKey.EMPTY);
        var now = node.stateMinerProvingDeadline(miner, TipSetKey.EMPTY);
        long open = now.periodStart().value() + at.deadline() * now.wPoStChallengeWindow();
        while (open <= devnet.epoch()) {
            open += now.wPoStProvingPeriod();
        }
        devnet.advanceTo(open);
        var challenge = node.stateMinerProvingDeadline(miner, TipSetKey.EMPTY).challenge();
        var randomness = node.stateGetRandomnessFromTickets(
                DomainSeparationTag.POST_CHAIN_COMMIT.number(), challenge, new byte[0], TipSetKey.EMPTY);
        run(
                miner,
                TokenAmount.ZERO,
                MinerMethod.SUBMIT_WINDOWED_POST.number(),
                new SubmitWindowedPoStParams(
                        at.deadline(),
                        List.of(new PoStPartition(at.partition(), BitField.of())),
                        List.of(new PoStProof(SECTOR.proofType().windowPoSt().number(), TAKEN_AS_VALID)),
                        challenge,
                        randomness.bytes()));
    }

    private MessageReceipt run(Address to, TokenAmount value, long method, CborRecord params) {
        var message = new Message(
                0,
                to,
                worker.address(),
                node.mpoolGetNonce(worker.address()),
                value,
                GAS,
                TokenAmount.ofAtto(1_000_000),
                TokenAmount.ofAtto(100_000),
                method,
                params.toCbor());
        var cid = node.mpoolPush(new SignedMessage(message, worker.sign(message.signingBytes())));
        devnet.advance(2);
        var receipt = node.stateSearchMsg(TipSetKey.EMPTY, cid, -1, true)
                .orElseThrow()
                .receipt();
        assertThat(receipt.exitCode()).as("method %s of %s", method, to).isZero();
        return receipt;
    }
}
