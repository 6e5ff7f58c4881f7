package io.adit.core.state;

/** One open transaction: the tables as seen and changed by it. Not to be kept or used from another thread. */
public interface Tx {
    /** Sectors and the pieces in them. */
    SectorTable sectors();

    /** Storage deals. */
    DealTable deals();

    /** Pieces of data this provider holds. */
    PieceTable pieces();

    /** Pieces inside aggregates. */
    SubPieceTable subPieces();

    /** Messages to the chain, from intent to receipt. */
    MessageTable messages();

    /** Durable tasks. */
    TaskTable tasks();

    /** Durable tasks, as the task engine takes and ends them. */
    TaskClaims claims();

    /** What is published to indexers. */
    AdTable ads();

    /** Small named values. */
    MetaTable meta();
}
