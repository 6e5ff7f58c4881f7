package io.adit.chain.node;

import io.adit.chain.type.BeaconEntry;
import io.adit.chain.type.ElectionProof;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import java.util.List;

/**
 * What a miner hands the node to make a block of (Lotus {@code api.BlockTemplate}). The node runs the parents' messages
 * and signs the header with the worker key.
 *
 * @param timestamp seconds since 1970
 */
public record BlockTemplate(
        Address miner,
        TipSetKey parents,
        Ticket ticket,
        ElectionProof electionProof,
        List<BeaconEntry> beaconEntries,
        List<SignedMessage> messages,
        Epoch epoch,
        long timestamp,
        List<PoStProof> winningPoStProof) {

    public BlockTemplate {
        beaconEntries = List.copyOf(beaconEntries);
        messages = List.copyOf(messages);
        winningPoStProof = List.copyOf(winningPoStProof);
    }
}
