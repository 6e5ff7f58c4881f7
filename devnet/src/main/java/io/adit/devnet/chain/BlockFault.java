package io.adit.devnet.chain;

/** Why a provider's block is not taken. */
public enum BlockFault {
    /** It lacks a ticket, an election proof or a signature, or its miner is no ID address. */
    MALFORMED,
    /** It names a message that nobody pushed and no template carried. */
    UNKNOWN_MESSAGE,
    /** The header's root is not that of the messages. */
    WRONG_MESSAGES_ROOT,
    /** Its parents are not a tipset of this chain. */
    UNKNOWN_PARENTS,
    /** It is not above its parents. */
    WRONG_HEIGHT,
    /** Its timestamp is not its epoch's. */
    WRONG_TIMESTAMP,
    /** Its epoch has not begun. */
    FROM_THE_FUTURE,
    /** Its parents' weight is another. */
    WRONG_WEIGHT,
    /** The miner did not exist at the lookback. */
    NO_WORKER,
    /** The miner has no claim. */
    UNKNOWN_MINER,
    /** The ticket is not the worker's. */
    WRONG_TICKET,
    /** The block is not signed by the worker. */
    WRONG_SIGNATURE,
    /** Its beacon entries are not those of its epoch and the null rounds before. */
    WRONG_BEACON,
    /** The WinningPoSt does not hold. */
    WRONG_WINNING_POST,
    /** The miner may not make blocks, or did not win as often as it says. */
    NOT_ELECTED,
    /** A message cannot stand in this block, or the aggregate signature does not hold. */
    WRONG_MESSAGE,
    /** The base fee is another. */
    WRONG_BASE_FEE,
    /** Running the parents' messages gives another state or other receipts. */
    WRONG_STATE
}
