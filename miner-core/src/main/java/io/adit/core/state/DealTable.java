package io.adit.core.state;

import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    /** The names of the deals of a protocol that {@link #listAt} lists, in the same order, without reading the deals. */
    List<UUID> namesAt(DealCheckpoint checkpoint, DealProtocol protocol);

    /** Sums over the deals without an error at any of the checkpoints; costs no more for reading than an index over them. */
    DealTotals totals(Set<DealCheckpoint> checkpoints);

    /** Sums over the deals of clients without an error at any of the checkpoints. */
    ClientTotals totals(Set<Address> clients, Set<DealCheckpoint> checkpoints);

    /** The deals without an error at the checkpoints for which no {@link #promise} is remembered. */
    List<DealRecord> unpromised(Set<DealCheckpoint> checkpoints);

    /** Remembers what a deal will take out of its client's escrow; does nothing if that is known. */
    void promise(UUID deal, Address client, TokenAmount amount);

    /** Forgets it: the market has locked the money, or never will. */
    void release(UUID deal);

    /** What a client's deals will take out of its escrow. */
    TokenAmount promised(Address client);

    /** Deals that are complete and whose {@link #end} is not known. */
    List<DealRecord> living();

    /** Notes how a deal came to its end; the first note stays. */
    void end(UUID deal, DealEnd end);

    /** How deals came to their ends. */
    Map<UUID, DealEnd> ends();

    /** Deals over a piece that have no error and no {@link #end}: those for which it still has to be stored. */
    List<DealRecord> needing(Commitment commP);

    /**
     * Replaces the stored deal if its version is still the given one.
     *
     * @return the record with its new version
     * @throws io.adit.core.error.AditException {@link StateErrorCode#STATE_STALE_RECORD}
     */
    DealRecord update(DealRecord deal);
}
