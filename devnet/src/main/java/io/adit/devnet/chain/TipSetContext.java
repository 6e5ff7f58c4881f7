package io.adit.devnet.chain;

import io.adit.chain.actor.NetworkPolicy;
import io.adit.chain.type.ChainRandomness;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.devnet.actor.ActorAbort;
import io.adit.devnet.actor.ExecutionContext;
import io.adit.devnet.actor.Genesis;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.proofs.Proofs;
import java.math.BigInteger;
import java.util.function.LongFunction;

/**
 * The chain as seen by messages that run at an epoch.
 *
 * @param epoch where they run
 * @param tickets the ticket of the last tipset at or below an epoch
 */
record TipSetContext(
        ChainSettings settings,
        Beacon beacon,
        Proofs proofs,
        long epoch,
        BigInteger baseFee,
        LongFunction<byte[]> tickets)
        implements ExecutionContext {

    @Override
    public ChainPolicy policy() {
        return settings.policy();
    }

    @Override
    public NetworkPolicy rules() {
        return settings.rules();
    }

    @Override
    public Randomness ticketRandomness(DomainSeparationTag tag, long at, byte[] entropy) {
        requirePast(at);
        return ChainRandomness.draw(tickets.apply(at), tag, new Epoch(at), entropy);
    }

    @Override
    public Randomness beaconRandomness(DomainSeparationTag tag, long at, byte[] entropy) {
        requirePast(at);
        return ChainRandomness.draw(beacon.entry(at).signature(), tag, new Epoch(at), entropy);
    }

    private void requirePast(long at) {
        if (at > epoch) {
            throw new ActorAbort(ActorAbort.ILLEGAL_ARGUMENT, "cannot draw randomness from the future (" + at + ")");
        }
    }

    @Override
    public BigInteger genesisSupply() {
        return Genesis.supply();
    }
}
