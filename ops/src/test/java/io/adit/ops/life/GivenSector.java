package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.type.CborRecord;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.PrivateKey;
import io.adit.devnet.Devnet;
import io.adit.ops.daemon.NodeHome;
import io.adit.proofs.PartialProofs;
import io.adit.proofs.PoStProof;
import io.adit.proofs.Proofs;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.SealVerification;
import io.adit.proofs.SealedSectorFixture;
import io.adit.sealing.storage.PathSettings;
import io.adit.sealing.storage.SectorFileType;
import io.adit.sealing.storage.SpaceProbe;
import io.adit.sealing.storage.StoragePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The really sealed sector that all tests share, given to a miner of a devnet which takes its seal as valid: nothing is sealed, yet
 * its window and winning proofs are real.
 */
final class GivenSector {
    /** The proof of a seal, and of a window that the test proves itself, at this devnet. */
    static final byte[] TAKEN_AS_VALID = new byte[192];

    private static final SealedSectorFixture SECTOR = SealedSectorFixture.get();
    private static final long LIFETIME = 200 * 2880L;
    private static final long GAS = 2_000_000_000L;

    private GivenSector() {}

    /** Real proofs of space and time, but what is {@link #TAKEN_AS_VALID}. */
    private static final class Judge extends PartialProofs {
        private final Proofs real = ProofsTestKit.proofs();

        @Override
        public boolean verifySeal(SealVerification seal) {
            return Arrays.equals(seal.proof(), TAKEN_AS_VALID);
        }

        @Override
        public boolean verifyWindowPoSt(
                Randomness randomness, List<PoStProof> given, List<PublicReplica> replicas, ActorId prover) {
            return Arrays.equals(given.getFirst().proof(), TAKEN_AS_VALID)
                    || real.verifyWindowPoSt(randomness, given, replicas, prover);
        }

        @Override
        public List<Long> winningPoStChallenge(
                RegisteredPoStProof proof, Randomness randomness, ActorId prover, long eligible) {
            return real.winningPoStChallenge(proof, randomness, prover, eligible);
        }

        @Override
        public boolean verifyWinningPoSt(
                Randomness randomness, List<PoStProof> given, List<PublicReplica> replicas, ActorId prover) {
            return real.verifyWinningPoSt(randomness, given, replicas, prover);
        }

        @Override
        public String version() {
            return "the test's judge";
        }
    }

    /** The proofs of the devnet. */
    static Proofs judge() {
        return new Judge();
    }

    static SectorNumber number() {
        return SECTOR.sector().number();
    }

    /** Leaves the sector's files where the node of this home looks for them. */
    static void store(NodeHome home, Address miner) throws IOException {
        var directory = home.load(Map.of(), Map.of()).storage().paths().getFirst();
        var paths = StoragePaths.open(
                home.directory().resolve("storage.json"), SpaceProbe.ofSystem(), InstantSource.system());
        var path = paths.init(directory, PathSettings.create(UUID.randomUUID(), true, true));
        var id = new SectorId(new ActorId(miner.id().orElseThrow()), number());
        Files.copy(SECTOR.files().sealed(), path.file(id, SectorFileType.SEALED));
        var cache = Files.createDirectories(path.file(id, SectorFileType.CACHE));
        try (var entries = Files.list(SECTOR.files().cache())) {
            for (var entry : entries.toList()) {
                Files.copy(entry, cache.resolve(entry.getFileName().toString()));
            }
        }
    }

    /** Brings the sector onto the chain, whose clock is the caller's and is advanced. */
    static void commit(Devnet devnet, Address miner, PrivateKey worker) {
        var chain = devnet.node();
        var head = chain.chainHead().height();
        var info = new SectorPreCommitInfo(
                SealedSectorFixture.PROOF_TYPE.number(),
                number(),
                SECTOR.commitments().commR().asSealedCid(),
                head.minus(1),
                List.of(),
                head.plus(LIFETIME + 100_000),
                Optional.empty());
        run(
                devnet,
                miner,
                worker,
                MinerMethod.PRE_COMMIT_SECTOR_BATCH2,
                new PreCommitSectorBatch2Params(List.of(info)));
        var at = chain.stateSectorPreCommitInfo(miner, number(), TipSetKey.EMPTY)
                .orElseThrow()
                .preCommitEpoch();
        devnet.advanceTo(at.value() + 11);
        run(
                devnet,
                miner,
                worker,
                MinerMethod.PROVE_COMMIT_SECTORS3,
                new ProveCommitSectors3Params(
                        List.of(new SectorActivationManifest(number(), List.of())),
                        List.of(TAKEN_AS_VALID),
                        new byte[0],
                        Optional.empty(),
                        true,
                        true));
    }

    private static void run(Devnet devnet, Address miner, PrivateKey worker, MinerMethod method, CborRecord params) {
        var cid = push(devnet, miner, worker, TokenAmount.ofFil(1_000), method, params);
        devnet.advance(2);
        var receipt = devnet.node()
                .stateSearchMsg(TipSetKey.EMPTY, cid, -1, true)
                .orElseThrow()
                .receipt();
        assertThat(receipt.exitCode()).as(method.methodName()).isZero();
    }

    /** A message from the worker to the miner. */
    static Cid push(
            Devnet devnet, Address miner, PrivateKey worker, TokenAmount value, MinerMethod method, CborRecord params) {
        var message = new Message(
                0,
                miner,
                worker.address(),
                devnet.node().mpoolGetNonce(worker.address()),
                value,
                GAS,
                TokenAmount.ofAtto(1_000_000),
                TokenAmount.ofAtto(100_000),
                method.number(),
                params.toCbor());
        return devnet.node().mpoolPush(new SignedMessage(message, worker.sign(message.signingBytes())));
    }
}
