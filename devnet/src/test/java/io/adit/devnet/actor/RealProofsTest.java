package io.adit.devnet.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.actor.NetworkPolicy;
import io.adit.chain.actor.PieceActivationManifest;
import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.type.CborRecord;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.PoStProof;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.devnet.policy.Economics;
import io.adit.proofs.Proofs;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.SealedSectorFixture;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A really sealed and proven sector through the miner actor, with the native library as its judge. */
class RealProofsTest {
    private static final long EPOCH = 1_000;
    private static final Randomness WINDOW_RANDOMNESS = Randomness.of(windowSeed());

    private final SealedSectorFixture fixture = SealedSectorFixture.get();
    private final Proofs proofs = ProofsTestKit.proofs();
    private final PrivateKey worker = PrivateKey.of(SignatureType.BLS, scalar());
    private final StateTree tree;

    RealProofsTest() {
        var faucet = PrivateKey.of(SignatureType.SECP256K1, scalar());
        // The genesis producer has the fixture's miner ID, t01000.
        tree = Genesis.build(at(0), SectorSize.KIB_2, faucet.address(), worker.address());
        tree.transfer(Genesis.FAUCET, Genesis.PRODUCER, Economics.ATTO.multiply(BigInteger.TEN));
    }

    private static byte[] scalar() {
        var scalar = Hashes.sha256(new byte[] {1});
        scalar[0] &= 0x3f;
        return scalar;
    }

    private static byte[] windowSeed() {
        var seed = new byte[32];
        seed[0] = 9;
        return seed;
    }

    private MessageReceipt run(long epoch, long method, CborRecord params) {
        var message = Message.unpriced(
                worker.address(), Address.ofId(Genesis.PRODUCER), TokenAmount.ZERO, method, params.toCbor());
        return new Vm(at(epoch), tree).call(message, Long.MAX_VALUE, 0).receipt();
    }

    private MessageReceipt preCommit() {
        var info = new SectorPreCommitInfo(
                fixture.proofType().number(),
                fixture.sector().number(),
                fixture.commitments().commR().asSealedCid(),
                new Epoch(EPOCH - 10),
                List.of(),
                new Epoch(EPOCH + 700_000),
                Optional.of(fixture.commitments().commD().asUnsealedCid()));
        return run(EPOCH, 28, new PreCommitSectorBatch2Params(List.of(info)));
    }

    private MessageReceipt prove(byte[] proof) {
        var pieces = fixture.pieces().stream().map(RealProofsTest::manifest).toList();
        return run(
                EPOCH + 11,
                34,
                new ProveCommitSectors3Params(
                        List.of(new SectorActivationManifest(fixture.sector().number(), pieces)),
                        List.of(proof),
                        new byte[0],
                        Optional.empty(),
                        false,
                        false));
    }

    private static PieceActivationManifest manifest(PieceInfo piece) {
        return new PieceActivationManifest(piece.pieceCidV1(), piece.size().bytes(), Optional.empty(), List.of());
    }

    @Test
    void aRealSealIsAccepted_andOneWithAFlippedBitIsNot() {
        assertThat(preCommit().exitCode()).isZero();
        var flipped = fixture.proof().clone();
        flipped[100] ^= 1;

        assertThat(prove(flipped).exitCode()).isEqualTo(16);
        assertThat(prove(fixture.proof()).exitCode()).isZero();

        assertThat(tree.read(Genesis.PRODUCER, MinerState.class).sectors()).hasSize(1);
    }

    @Test
    void aRealWindowProofGivesPower_andAnotherSectorsReplicaDoesNot() {
        preCommit();
        prove(fixture.proof());
        var miner = tree.read(Genesis.PRODUCER, MinerState.class);
        long number = fixture.sector().number().value();
        var at = miner.locate(number).orElseThrow();
        var window =
                miner.deadline(ChainPolicy.fast(), at.deadline(), EPOCH + 20).nextNotElapsed();
        long open = window.open().value();
        var proven = proofs.windowPoSt(
                RegisteredPoStProof.STACKED_DRG_WINDOW_2KIB_V1_1,
                SealedSectorFixture.MINER,
                WINDOW_RANDOMNESS,
                List.of(fixture.privateReplica()));
        assertThat(proven.faulty()).isEmpty();
        var proof = proven.proofs().getFirst().proof();
        var wrong = proof.clone();
        wrong[7] ^= 1;

        assertThat(submit(at.deadline(), open, wrong).exitCode()).isEqualTo(16);
        assertThat(submit(at.deadline(), open, proof).exitCode()).isZero();

        var claim = tree.read(StateTree.POWER, PowerState.class).claim(Genesis.PRODUCER);
        assertThat(claim.qualityAdjusted()).isEqualTo(20_480);
    }

    private MessageReceipt submit(long deadline, long open, byte[] proof) {
        return run(
                open,
                5,
                new SubmitWindowedPoStParams(
                        deadline,
                        List.of(new PoStPartition(0, BitField.of())),
                        List.of(new PoStProof(10, proof)),
                        new Epoch(open - 4),
                        new byte[32]));
    }

    /** A chain whose randomness is the fixture's. */
    private ExecutionContext at(long epoch) {
        return new ExecutionContext() {
            @Override
            public long epoch() {
                return epoch;
            }

            @Override
            public ChainPolicy policy() {
                return ChainPolicy.fast();
            }

            @Override
            public NetworkPolicy rules() {
                return NetworkPolicy.of(29);
            }

            @Override
            public Proofs proofs() {
                return proofs;
            }

            @Override
            public BigInteger baseFee() {
                return BigInteger.valueOf(100);
            }

            @Override
            public Randomness ticketRandomness(DomainSeparationTag tag, long at, byte[] entropy) {
                return tag == DomainSeparationTag.SEAL_RANDOMNESS ? fixture.ticket() : Randomness.of(new byte[32]);
            }

            @Override
            public Randomness beaconRandomness(DomainSeparationTag tag, long at, byte[] entropy) {
                return tag == DomainSeparationTag.INTERACTIVE_SEAL_CHALLENGE_SEED ? fixture.seed() : WINDOW_RANDOMNESS;
            }

            @Override
            public BigInteger genesisSupply() {
                return Genesis.supply();
            }
        };
    }
}
