package io.adit.chain.signer;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What the signer process and its client refuse or fail at. */
public enum SignerErrorCode implements ErrorCode {
    /** The policy does not allow it. */
    SIGNER_POLICY_REFUSED(
            ErrorKind.OPERATOR,
            "The signer's policy does not allow this signature. The message names the rule, the limit and the value. If the"
                    + " request is right, change the policy file and restart the signer; if you did not expect it, the node"
                    + " may be in other hands."),
    /** Bytes without their meaning. */
    SIGNER_NEEDS_CONTENT(
            ErrorKind.BUG,
            "The signer process signs only what it can read: a message, header, proposal, ask or VRF input, in full. Some"
                    + " part of Adit asked it to sign bare bytes."),
    /** Not a request. */
    SIGNER_BAD_REQUEST(
            ErrorKind.BUG,
            "A request to the signer, or its answer, was not what the protocol says: malformed or too long. Node and signer"
                    + " may be of different releases."),
    /** No answer. */
    SIGNER_UNAVAILABLE(
            ErrorKind.NETWORK,
            "The signer process did not answer: it is not running, its socket is another one, or it is stuck. Nothing was"
                    + " signed that you know of; the same request can be made again."),
    /** Another user. */
    SIGNER_PEER_REFUSED(
            ErrorKind.OPERATOR,
            "The process at the other end of the signer's socket runs as a user that the policy does not name."),
    /** Another signer runs. */
    SIGNER_IN_USE(ErrorKind.OPERATOR, "Another signer process holds this socket. Stop it first."),
    /** Others can reach the socket. */
    SIGNER_EXPOSED(
            ErrorKind.OPERATOR,
            "The folder of the signer's socket can be entered by other users. Restrict it: chmod 700."),
    /** Two clocks, one of them wrong. */
    SIGNER_CLOCK_DIFFERS(
            ErrorKind.OPERATOR,
            "Node and signer do not agree on the epoch, so the clock of one of them is wrong. Blocks are not signed until"
                    + " they agree: the slash guard remembers the latest epoch it was told and refuses all before it. Set"
                    + " the clocks by NTP; the node asks again by itself."),
    /** The day's account cannot be kept. */
    SIGNER_LEDGER_UNUSABLE(
            ErrorKind.HARDWARE,
            "The file in which the signer adds up the day's spending is damaged or cannot be written, so it does not know"
                    + " what is left of the daily limits. Repair the disk; to begin the day's account anew, move the file"
                    + " away.");

    private final ErrorKind kind;
    private final String explanation;

    SignerErrorCode(ErrorKind kind, String explanation) {
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
