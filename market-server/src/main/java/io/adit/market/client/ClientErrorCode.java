package io.adit.market.client;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can go wrong on the client's side of a deal. */
public enum ClientErrorCode implements ErrorCode {
    CLIENT_FILE(ErrorKind.HARDWARE, "A file of the client's could not be read or written; the message names it."),
    CLIENT_ADDRESS(ErrorKind.OPERATOR, """
            The address that providers are told to fetch the data from is not one that they could connect to. Name a host \
            and port of this machine, or of the router in front of it, that the provider reaches."""),
    PROVIDER_UNREACHABLE(ErrorKind.NETWORK, """
            The provider does not answer at that address, or does not speak the protocol. Check the multiaddr, its peer \
            ID included; the chain names the provider's addresses (StateMinerInfo)."""),
    PROVIDER_ANSWER(ErrorKind.NETWORK, "The provider answered with something that is not an answer."),
    PROOF_WRONG(ErrorKind.NETWORK, """
            The proof that the provider gave does not show what it says: the piece is not in that aggregate, or stands not \
            in its index. Ask another provider, or the one who made the aggregate."""),
    ASK_NOT_SIGNED(ErrorKind.NETWORK, """
            The ask does not carry the signature of the miner's worker key, so anybody could have made it. Do not pay on \
            it."""),
    NO_ASK(
            ErrorKind.NETWORK,
            "The provider has no ask for that miner: it takes no deals, or belongs to another miner."),
    ESCROW_REFUSED(ErrorKind.CHAIN, """
            The chain executed the message that adds to the market's escrow, and it failed. The client's address may hold \
            too little.""");

    private final ErrorKind kind;
    private final String explanation;

    ClientErrorCode(ErrorKind kind, String explanation) {
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
