package io.adit.devnet;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.proofs.PartialProofs;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.Proofs;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.SealVerification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A verifier for histories whose subject is not the proof: bytes that begin with {@link #VALID} are a valid proof, all others
 * are not. Remembers what it was asked. It cannot prove.
 */
public final class RecordingProofs extends PartialProofs {
    /** First byte of what passes for a valid proof. */
    public static final byte VALID = (byte) 0xad;

    private final List<SealVerification> seals = new ArrayList<>();
    private final List<List<PublicReplica>> windows = new ArrayList<>();

    private final Predicate<byte[]> judge;
    private final Optional<Proofs> winning;

    public RecordingProofs() {
        this(proof -> proof.length > 0 && proof[0] == VALID, Optional.empty());
    }

    private RecordingProofs(Predicate<byte[]> judge, Optional<Proofs> winning) {
        this.judge = judge;
        this.winning = winning;
    }

    /** One that leaves winning proofs to real proofs. */
    public static RecordingProofs withRealWinningProofs(Proofs real) {
        return new RecordingProofs(new RecordingProofs().judge, Optional.of(real));
    }

    /** One that takes every proof for valid. */
    public static RecordingProofs trusting() {
        return new RecordingProofs(proof -> true, Optional.empty());
    }

    /** One whose verdict, or failure, is the judge's. */
    public static RecordingProofs judging(Predicate<byte[]> judge) {
        return new RecordingProofs(judge, Optional.empty());
    }

    /** 192 bytes that pass. */
    public static byte[] validProof() {
        var proof = new byte[192];
        proof[0] = VALID;
        return proof;
    }

    /** Seals that were to be verified. */
    public List<SealVerification> seals() {
        return List.copyOf(seals);
    }

    /** Sectors of each window proof that was to be verified. */
    public List<List<PublicReplica>> windows() {
        return List.copyOf(windows);
    }

    private boolean valid(byte[] proof) {
        return judge.test(proof);
    }

    @Override
    public boolean verifySeal(SealVerification seal) {
        seals.add(seal);
        return valid(seal.proof());
    }

    @Override
    public boolean verifyAggregateSeals(RegisteredSealProof proof, List<SealVerification> toVerify, byte[] aggregate) {
        seals.addAll(toVerify);
        return valid(aggregate);
    }

    @Override
    public boolean verifyWindowPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        windows.add(List.copyOf(replicas));
        return proofs.stream().allMatch(proof -> valid(proof.proof()));
    }

    @Override
    public List<Long> winningPoStChallenge(
            RegisteredPoStProof proof, Randomness randomness, ActorId miner, long eligible) {
        return winning.map(real -> real.winningPoStChallenge(proof, randomness, miner, eligible))
                .orElseGet(() -> List.of(Math.floorMod((long) randomness.bytes()[0], eligible)));
    }

    @Override
    public List<PoStProof> winningPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        throw new UnsupportedOperationException("this verifier cannot prove");
    }

    @Override
    public boolean verifyWinningPoSt(
            Randomness randomness, List<PoStProof> proofs, List<PublicReplica> replicas, ActorId miner) {
        return winning.map(real -> real.verifyWinningPoSt(randomness, proofs, replicas, miner))
                .orElseGet(() -> !replicas.isEmpty() && proofs.stream().allMatch(proof -> valid(proof.proof())));
    }

    @Override
    public String version() {
        return "recording verifier";
    }
}
