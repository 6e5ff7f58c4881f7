package io.adit.sealing.proving;

import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Reads of sectors what a challenge opens, as a proof would. */
final class DeepLook {

    private final ProvingContext context;

    DeepLook(ProvingContext context) {
        this.context = context;
    }

    /**
     * Reads them.
     *
     * @param challenged a window whose challenge is known
     * @param left asked again and again: how long it may still take
     * @return those that could not be read, each with the reason
     */
    Map<SectorNumber, String> problems(ProvingWindow challenged, BitField sectors, TipSet head, Supplier<Duration> left)
            throws InterruptedException {
        List<SectorOnChainInfo> infos =
                context.node().stateMinerSectors(context.miner(), Optional.of(sectors), head.key());
        if (infos.isEmpty()) {
            return Map.of();
        }
        var commitments = new TreeMap<SectorNumber, Commitment>();
        infos.forEach(info -> commitments.put(info.sectorNumber(), Commitment.fromCid(info.sealedCid())));
        var type = RegisteredSealProof.fromNumber(infos.getFirst().sealProof()).windowPoSt();
        try (var read = context.sectors().read(type, context.challenge(challenged, head), commitments, left)) {
            return read.problems();
        }
    }
}
