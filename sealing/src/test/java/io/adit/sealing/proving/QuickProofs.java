package io.adit.sealing.proving;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorNumber;
import io.adit.proofs.PoStProof;
import io.adit.proofs.PrivateReplica;
import io.adit.proofs.ProofsError;
import io.adit.proofs.ProofsException;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.PublicReplica;
import io.adit.proofs.WindowPoSt;
import io.adit.sealing.ProofsDecorator;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Proofs that cost nothing and say what was proven. */
class QuickProofs extends ProofsDecorator {
    final AtomicInteger made = new AtomicInteger();
    final AtomicInteger errors = new AtomicInteger();
    volatile boolean verifies = true;
    volatile List<SectorNumber> unreadable = List.of();
    volatile Optional<SectorNumber> unreadableOnce = Optional.empty();
    volatile CountDownLatch gate = new CountDownLatch(0);
    volatile List<SectorNumber> verified = List.of();
    volatile Predicate<PrivateReplica> cannotUse = replica -> false;
    volatile Optional<Duration> within = Optional.empty();
    /** How long a proof takes of which nobody knew: a try with less time ends as one whose worker is stopped then. */
    volatile Duration takes = Duration.ZERO;

    QuickProofs() {
        super(ProofsTestKit.proofs());
    }

    @Override
    public WindowPoSt windowPoSt(
            RegisteredPoStProof proof, ActorId miner, Randomness randomness, List<PrivateReplica> replicas) {
        made.incrementAndGet();
        if (errors.getAndDecrement() > 0) {
            throw new OutOfMemoryError("as told");
        }
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProofsException(ProofsError.INTERRUPTED, "as a worker is stopped", e);
        }
        List<SectorNumber> faulty = Stream.concat(
                        unreadableOnce.map(List::of).orElse(unreadable).stream(),
                        replicas.stream().filter(cannotUse).map(PrivateReplica::number))
                .toList();
        unreadableOnce = Optional.empty();
        return new WindowPoSt(List.of(new PoStProof(proof, randomness.bytes())), faulty);
    }

    @Override
    public WindowPoSt windowPoSt(
            RegisteredPoStProof proof,
            ActorId miner,
            Randomness randomness,
            List<PrivateReplica> replicas,
            Duration time) {
        within = Optional.of(time);
        if (time.compareTo(takes) < 0) {
            throw new ProofsException(ProofsError.WORKER_TIMEOUT, "no answer within " + time);
        }
        return windowPoSt(proof, miner, randomness, replicas);
    }

    @Override
    public boolean verifyWindowPoSt(
            Randomness randomness, List<PoStProof> made, List<PublicReplica> replicas, ActorId miner) {
        verified = replicas.stream().map(PublicReplica::number).toList();
        return verifies;
    }
}
