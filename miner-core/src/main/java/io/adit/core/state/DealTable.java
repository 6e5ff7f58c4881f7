package io.adit.core.state;

import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Storage deals. */
public interface DealTable {
    /**
     * Adds a deal.
     *
     * @throws io.adit.core.error.AditException {@link StateErrorCode#STATE_DUPLICATE} if the UUID or the signed proposal
     *     is known
     */
    void insert(DealRecord deal);

    /** The deal with this UUID. */
    Optional<DealRecord> find(UUID uuid);

    /** The deal made from this signed proposal. */
    Optional<DealRecord> findBySignedProposal(Cid signedProposalCid);

    /** The deal with this number on the chain. */
    Optional<DealRecord> findByChainId(long chainDealId);

    /** All deals, newest first. */
    List<DealRecord> list();

    /** Deals without an error at one checkpoint, oldest first. */
    List<DealRecord> listAt(DealCheckpoint checkpoint);

    /**
     * Replaces the stored deal if its version is still the given one.
     *
     * @return the record with its new version
     * @throws io.adit.core.error.AditException {@link StateErrorCode#STATE_STALE_RECORD}
     */
    DealRecord update(DealRecord deal);
}
