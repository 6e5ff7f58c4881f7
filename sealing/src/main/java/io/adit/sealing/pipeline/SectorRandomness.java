package io.adit.sealing.pipeline;

import io.adit.chain.actor.SectorPreCommitOnChainInfo;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.ipld.CborWriter;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorSeed;
import io.adit.core.state.SectorTicket;
import java.util.Optional;

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
        Epoch epoch = head.height().minus(SectorPolicy.TICKET_LOOKBACK);
        Randomness value = node.stateGetRandomnessFromTickets(
                DomainSeparationTag.SEAL_RANDOMNESS.number(), epoch, entropy, head.key());
        return new SectorTicket(value, epoch);
    }

    /** Whether the sector's seed is not the one that this head's chain asks for: a reorg makes its proof useless. */
    boolean seedChanged(SectorRecord sector, SectorPreCommitOnChainInfo info, TipSet head) {
        Epoch epoch = info.preCommitEpoch().plus(node.stateGetNetworkParams().preCommitChallengeDelay());
        return head.height().isBefore(epoch) || !sector.seed().equals(Optional.of(seed(epoch, head)));
    }

    /** The interactive seed of an epoch that is at or before the head. */
    SectorSeed seed(Epoch epoch, TipSet head) {
        Randomness value = node.stateGetRandomnessFromBeacon(
                DomainSeparationTag.INTERACTIVE_SEAL_CHALLENGE_SEED.number(), epoch, entropy, head.key());
        return new SectorSeed(value, epoch);
    }
}
