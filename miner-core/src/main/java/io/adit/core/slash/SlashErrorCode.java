package io.adit.core.slash;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What the slash guard can refuse or fail at. */
public enum SlashErrorCode implements ErrorCode {
    /** A block would be a consensus fault, or could be one. */
    SLASH_BLOCK_REFUSED(
            ErrorKind.CHAIN,
            "The slash guard refused a block because, with a block that is signed or may be, it would be a consensus fault:"
                    + " the miner would be fined and barred from winning for 900 epochs. The message names the rule and the"
                    + " earlier block. The round is lost, nothing else. A refusal now and then after a reorg is normal; many"
                    + " mean that two nodes mine for this miner."),
    /** The log may be old, damaged or a copy. */
    SLASH_IN_DOUBT(
            ErrorKind.OPERATOR,
            "The slash guard does not know which blocks this miner has signed: its log is missing, damaged, older than its"
                    + " anchor, moved from another place, or the chain shows a block that it does not know. It permits"
                    + " nothing until you import a protection file that the last signer exported, or state the last epoch"
                    + " at which any other copy may have signed. First make sure that no other copy is running."),
    /** Another process has the log. */
    SLASH_HELD_ELSEWHERE(
            ErrorKind.OPERATOR,
            "Another process holds this miner's slash guard. Two daemons on one miner sign two blocks for one epoch sooner"
                    + " or later. Stop one of them."),
    /** The log or the anchor is not where this node had it. */
    SLASH_GUARD_AWAY(
            ErrorKind.HARDWARE,
            "The slash guard is not open, or its log or anchor is not where this node had it before: most often its disk is not"
                    + " mounted yet. No block is signed until it is there; the node looks again by itself. Only if it is lost"
                    + " for good, stop the node and state the last epoch that may be signed (adit slash-guard accept-epoch)"
                    + " or import a protection file."),
    /** The lease on the miner went to another node. */
    SLASH_LEASE_LOST(
            ErrorKind.OPERATOR,
            "This node does not hold the lease on the miner, or the lease was renewed under a new token since the node looked"
                    + " at the chain. It mines again once it has the lease and has waited until the blocks of the node"
                    + " before it cannot clash with its own."),
    /** The log or the anchor cannot be written. */
    SLASH_LOG_UNWRITABLE(
            ErrorKind.HARDWARE,
            "The slash guard's log or anchor could not be written and synced, so no block may be signed. Free space on the"
                    + " disk or mend it: the guard reads both again by itself, every half a minute at the latest, and goes on"
                    + " about three epochs after it can write them. A disk that is lost for good is to be replaced with the"
                    + " node stopped, by 'adit slash-guard accept-epoch' or a protection file."),
    /** A protection file that cannot be used. */
    SLASH_FILE_MALFORMED(
            ErrorKind.OPERATOR,
            "A protection file cannot be used: it is not JSON of the format in docs/slash-guard.md, or it is for another"
                    + " network or miner. Nothing was imported.");

    private final ErrorKind kind;
    private final String explanation;

    SlashErrorCode(ErrorKind kind, String explanation) {
        this.kind = kind;
        this.explanation = explanation;
    }

    @Override
    public ErrorKind kind() {
        return kind;
    }

    @Override
    public String explanation() {
        return explanation;
    }
}
