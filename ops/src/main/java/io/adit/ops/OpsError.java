package io.adit.ops;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can go wrong between the operator and the node. */
public enum OpsError implements ErrorCode {
    NODE_NOT_RUNNING(
            ErrorKind.OPERATOR,
            "No node answers for this directory. Start one with 'adit run', or name the right directory with --dir or ADIT_DIR."),
    NODE_REFUSED(ErrorKind.OPERATOR, "The node understood the request and refused it; its message says why."),
    UNAUTHORISED(
            ErrorKind.OPERATOR,
            "The operator API got no token, or a wrong one. The node writes it anew at every start, as file token in its directory: name that directory with --dir."),
    NOT_INITIALISED(
            ErrorKind.OPERATOR,
            "The directory holds no node yet. 'adit init' makes one and creates or adopts a miner."),
    ALREADY_INITIALISED(ErrorKind.OPERATOR, "The directory holds a node already; 'adit init' never overwrites one."),
    ALREADY_RUNNING(
            ErrorKind.OPERATOR,
            "Another process runs this node's directory. Two nodes on one miner could double-sign and double-spend nonces, so the second refuses."),
    WORKER_KEY_MISSING(
            ErrorKind.OPERATOR,
            "The key of the miner's worker is neither in the keystore nor with the signer process, so nothing could be signed for the miner. 'adit wallet import' reads it as Lotus exports it."),
    WRONG_CHAIN(
            ErrorKind.OPERATOR,
            "The configuration and the chain disagree about the network or the miner's sector size; the message names both. Correct config.toml, or name the right full node."),
    NO_SUCH_THING(ErrorKind.OPERATOR, "The node has no such thing; the message names it."),
    MALFORMED_REQUEST(ErrorKind.OPERATOR, "The request to the operator API is malformed; the message says where."),
    NODE_BROKE(
            ErrorKind.BUG,
            "The node could not answer because of a fault of its own; its log has the details. Report it."),
    LOW_FUNDS(ErrorKind.OPERATOR, "An address holds less FIL than the step needs; the message names both sums."),
    CHAIN_SLOW(
            ErrorKind.CHAIN,
            "The chain has not executed a message within the time given. It may still do so: running the same command again waits for the same message."),
    CAR_UNREACHABLE(
            ErrorKind.OPERATOR,
            "The provider fetches a deal's data from the client, and could not from the address that was given. --listen says where to serve it, --announce under which URL the provider finds it."),
    DEAL_FAILED(
            ErrorKind.NETWORK,
            "A proposed deal came to nothing; the message says why. What was locked for it and not published is free in the escrow again."),
    MALFORMED_FILE(
            ErrorKind.OPERATOR,
            "A file that was given is not what it should be, or was changed on its way; the message says what is wrong with it."),
    WOULD_FAIL(
            ErrorKind.CHAIN,
            "The chain would not execute the message now, or it would do nothing; the message says why. Nothing was sent. --dry-run shows all that is known."),
    KEY_ELSEWHERE(
            ErrorKind.OPERATOR,
            "The key that must sign is not here, as it should be with an owner's. Write the message with --unsigned-out FILE, sign it where the key is with 'adit wallet sign-message FILE', and send it with 'adit actor send FILE'; or name the directory with its keystore with --keys-of."),
    DEVNET_CONTROL(
            ErrorKind.OPERATOR,
            "The control path of a development chain does not answer, or refused. The two words that lead to it are what 'adit devnet' prints after 'control' when it starts."),
    LAUNCHER_ONLY(ErrorKind.OPERATOR, "The launcher does this: run ./adit in the project's folder."),
    WAIT_INTERRUPTED(ErrorKind.OPERATOR, "The command was told to stop while it waited."),
    CHAIN_REFUSED(ErrorKind.CHAIN, "The chain executed the message and it failed; the exit code says why."),
    DEMO_STEP_FAILED(ErrorKind.BUG, "A step of the demo did not end as it must; the message names it."),
    LOCAL_FILE(ErrorKind.HARDWARE, "A local file could not be read or written.");

    private final ErrorKind kind;
    private final String explanation;

    OpsError(ErrorKind kind, String explanation) {
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
