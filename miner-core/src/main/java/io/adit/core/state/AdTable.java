package io.adit.core.state;

import io.adit.core.fil.Commitment;
import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is published to indexers (IPNI). Each provider identity, a peer ID, has a chain of its own. */
public interface AdTable {
    /** The newest advertisement. */
    Optional<AdRecord> head(String provider);

    /** The advertisement with this CID. */
    Optional<AdRecord> find(String provider, Cid cid);

    /** Adds an advertisement; its number must be the one after the head's. */
    void append(String provider, AdRecord ad);

    /** What is advertised now. */
    List<AdContext> contexts(String provider);

    /** Says that something is advertised, or otherwise than before. */
    void put(String provider, AdContext context);

    /** Says that something is no longer advertised, and forgets how its chunks are made. */
    void remove(String provider, AdContext context);

    /** Keeps how chunks are made; those that are known stay as they are. */
    void putChunks(List<AdChunk> chunks);

    /** How the chunk is made: equal chunks can be made from several pieces, of which at most eight are named. */
    List<AdChunk> chunks(Cid cid);

    /**
     * Pieces that are to stay out of public indexes: a deal says so of them, and no deal that is on the chain and alive says
     * otherwise. Deals that have not got that far say nothing: anybody may propose one.
     *
     * <p>Of {@link AdKind#BLOCKS} also the pieces that lie in such a piece and nowhere else. Of {@link AdKind#PIECE} also those
     * that only the HTTP market has deals for: its deals for sectors announce no pieces.
     */
    Set<Commitment> unwanted(AdKind kind);
}
