package io.adit.core.state;

/** How far a deal has come; the names are Boost's, which deal clients know. */
public enum DealCheckpoint {
    /** Accepted and acknowledged to the client. */
    Accepted,
    /** The data is here and its CommP is checked. */
    Transferred,
    /** The publish message is sent. */
    Published,
    /** The publish message is on the chain and the deal has its chain number. */
    PublishConfirmed,
    /** The piece is in a sector. */
    AddedPiece,
    /** Every block is in the index, or the piece is no CAR and is served whole only. */
    IndexedAndAnnounced,
    /** Nothing is left to do. */
    Complete
}
