package io.adit.simulation;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The heads that a lying node makes up, each with CIDs that fit, and what they were made of. */
final class ForgedHeads {
    private final Map<TipSetKey, TipSetKey> real = new HashMap<>();

    /** The same head, as if it were of a later epoch. */
    TipSet later(TipSet head, long epochs) {
        return forged(
                head, header -> with(header, header.height().plus(epochs), header.parentBaseFee(), epochs * seconds()));
    }

    /** The same head, as if messages had to pay so many times more. */
    TipSet dearer(TipSet head, long times) {
        return forged(
                head,
                header -> with(header, header.height(), header.parentBaseFee().times(times), 0));
    }

    /** The tipset that is meant by a key which a client may have from a forged head. */
    Optional<TipSetKey> meantBy(TipSetKey key) {
        return Optional.ofNullable(real.get(key));
    }

    private static long seconds() {
        return World.POLICY.blockTime().toSeconds();
    }

    private TipSet forged(TipSet head, UnaryOperator<BlockHeader> change) {
        var forged = TipSet.of(head.blocks().stream().map(change).toList());
        real.put(forged.key(), head.key());
        return forged;
    }

    private static BlockHeader with(BlockHeader of, Epoch height, TokenAmount baseFee, long secondsLater) {
        return new BlockHeader(
                of.miner(),
                of.ticket(),
                of.electionProof(),
                of.beaconEntries(),
                of.winPoStProof(),
                of.parents(),
                of.parentWeight(),
                height,
                of.parentStateRoot(),
                of.parentMessageReceipts(),
                of.messages(),
                of.blsAggregate(),
                of.timestamp() + secondsLater,
                of.blockSignature(),
                of.forkSignaling(),
                baseFee);
    }
}
