package io.adit.devnet.actor;

import io.adit.chain.actor.NetworkPolicy;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.core.fil.Randomness;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.proofs.Proofs;
import java.math.BigInteger;

/** What actors see of the chain that runs them: time, randomness, rules and the proof verifier. */
public interface ExecutionContext {
    /** The epoch of the running tipset. */
    long epoch();

    ChainPolicy policy();

    /** Where the network versions differ. */
    NetworkPolicy rules();

    /** Verifies seals and window proofs. */
    Proofs proofs();

    /** attoFIL per gas unit burnt by the running tipset. */
    BigInteger baseFee();

    /** Randomness of the ticket chain at an epoch not later than {@link #epoch()}; aborts for a later one. */
    Randomness ticketRandomness(DomainSeparationTag tag, long epoch, byte[] entropy);

    /** Randomness of the beacon at an epoch not later than {@link #epoch()}; aborts for a later one. */
    Randomness beaconRandomness(DomainSeparationTag tag, long epoch, byte[] entropy);

    /** attoFIL in free circulation before rewards, burns and locks of this chain. */
    BigInteger genesisSupply();
}
