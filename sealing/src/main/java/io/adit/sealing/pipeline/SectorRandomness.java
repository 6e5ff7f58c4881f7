package io.adit.sealing.pipeline;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.ipld.CborWriter;
import io.adit.core.state.SectorSeed;
import io.adit.core.state.SectorTicket;

/** Draws the two random values of a seal from the chain, with the miner's address in CBOR as entropy. */
final class SectorRandomness {

    private final FullNode node;
    private final byte[] entropy;

    SectorRandomness(FullNode node, ActorId miner) {
        this.node = node;
        this.entropy = new CborWriter().bytes(miner.address().bytes()).toByteArray();
    }

    /** The ticket of a new sector: one finality behind the head; a negative epoch is right early in a chain. */
    SectorTicket ticket(TipSet head) {
        Epoch epoch = head.height().minus(SealingSettings.TICKET_LOOKBACK);
        Randomness value = node.stateGetRandomnessFromTickets(
                DomainSeparationTag.SEAL_RANDOMNESS.number(), epoch, entropy, head.key());
        return new SectorTicket(value, epoch);
    }

    /** The interactive seed of an epoch that is at or before the head. */
    SectorSeed seed(Epoch epoch, TipSet head) {
        Randomness value = node.stateGetRandomnessFromBeacon(
                DomainSeparationTag.INTERACTIVE_SEAL_CHALLENGE_SEED.number(), epoch, entropy, head.key());
        return new SectorSeed(value, epoch);
    }
}
