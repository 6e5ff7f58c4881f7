package io.adit.chain.node;

import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import java.util.Optional;

/** Making blocks (Lotus {@code Miner*}, {@code SyncSubmitBlock}) and taking part in F3 (FIP-0086). */
public interface BlockApi {

    /**
     * Lotus {@code MinerGetBaseInfo}: what a miner needs to try for a block.
     *
     * @param epoch the epoch of the block to be made
     * @param base its parents; must not be empty (Forest refuses that)
     * @return empty when the miner has no power at the lookback of that epoch
     */
    Optional<MiningBaseInfo> minerGetBaseInfo(Address miner, Epoch epoch, TipSetKey base);

    /** Lotus {@code MinerCreateBlock}: runs the parents' messages and signs the header with the node's wallet. */
    Block minerCreateBlock(BlockTemplate template);

    /** Lotus {@code SyncSubmitBlock}: checks a block, adds it to the chain and gossips it. */
    void syncSubmitBlock(Block block);

    /**
     * Lotus {@code F3GetOrRenewParticipationTicket}.
     *
     * @param previous the ticket to renew, if any
     * @param instances how many F3 instances it shall hold, 5 at most
     * @return opaque ticket
     */
    byte[] f3GetOrRenewParticipationTicket(Address miner, Optional<byte[]> previous, long instances);

    /** Lotus {@code F3GetManifest}: how the node runs F3. */
    F3Manifest f3GetManifest();

    /** Lotus {@code F3Participate}; an old ticket is {@link RpcErrorCode#F3_TICKET_EXPIRED}. */
    F3ParticipationLease f3Participate(byte[] ticket);
}
