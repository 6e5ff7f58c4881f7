package io.adit.sealing.mining;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** Why a round gave no block although it could have, or why no rounds are run. */
public enum MiningError implements ErrorCode {
    WINNING_POST_UNREADABLE(
            ErrorKind.HARDWARE,
            "A sector that the chain challenged for a block could not be read in time, so the block was lost. The message"
                    + " names the sector and what its disk said. Other rounds challenge other sectors."),
    WINNING_POST_INVALID(
            ErrorKind.HARDWARE,
            "A winning PoSt made here did not verify here, twice. It was not used and the block was lost. Suspect memory,"
                    + " GPU or driver of this machine."),
    MINING_NODE_CANNOT_CREATE(
            ErrorKind.OPERATOR,
            "The full node would not make the block. Lotus and Forest sign it with their own wallet before Adit signs it"
                    + " again behind its slash guard: they need the worker's key, or the key of a stand-in miner"
                    + " (mining.stand-in). docs/mining.md tells how. A devnet that makes its blocks itself says so here too."),
    MINING_BLOCK_DIFFERS(
            ErrorKind.BUG,
            "The full node made another block than it was asked for: other parents, messages, time or proof. It was not"
                    + " signed. Check the node; a proxy or another program may have answered."),
    MINING_KEY_MISSING(
            ErrorKind.OPERATOR,
            "The key that must sign this miner's blocks is not in the keystore: the worker was changed, and the chain looks"
                    + " 900 epochs back for it. Import the key with `adit wallet import`."),
    MINING_ROUND_LATE(
            ErrorKind.NETWORK,
            "A round was not done when others had to choose their parents, so its block would have been left out and was"
                    + " not made. The message says what took the time: the full node, the proof or a disk.");

    private final ErrorKind kind;
    private final String explanation;

    MiningError(ErrorKind kind, String explanation) {
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
