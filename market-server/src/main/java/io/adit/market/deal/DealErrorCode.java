package io.adit.market.deal;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can go wrong with a deal after it was accepted. */
public enum DealErrorCode implements ErrorCode {
    DEAL_UNKNOWN(ErrorKind.BUG, "A task names a deal that the state store does not have."),
    DEAL_WRONG_COMMP(ErrorKind.NETWORK, """
            The data that the client's URL gave out does not hash to the piece CID of the proposal. The deal is failed; \
            nothing was published for it."""),
    DEAL_WRONG_INDEX(ErrorKind.NETWORK, """
            The data of an aggregate does not hold the pieces that its deal names: its data segment index (FRC-0058) says \
            something else. The deal is failed."""),
    DEAL_NO_UPLOAD(ErrorKind.NETWORK, """
            A client proposed to upload a deal's data and did not do so within market.upload-period. The deal is failed and \
            its room is free again."""),
    DEAL_NOT_WAITING(ErrorKind.OPERATOR, """
            Data can be imported for an offline deal that was accepted and has no data yet; 'adit deals list' shows the \
            deals."""),
    DEAL_IMPORT_WRONG_DATA(ErrorKind.OPERATOR, """
            The file that was to be imported is not the data of the deal: its CommP is another one. Nothing of it was \
            kept, and the deal goes on waiting."""),
    DEAL_IMPORT_FILE(ErrorKind.HARDWARE, """
            A file that was to be imported could not be read, or its copy not be written. Nothing of it was kept."""),
    DEAL_NO_ESCROW(ErrorKind.OPERATOR, """
            The worker's balance does not cover the collateral that the deals need in the market's escrow. Send FIL to \
            the worker; the deals are published then."""),
    DEAL_ESCROW_LIMIT(ErrorKind.OPERATOR, """
            The collateral that the deals need would put more into the market's escrow than market.escrow-max allows. Raise \
            it, or wait until deals end and their collateral is free; the deals are published then."""),
    DEAL_PUBLISH_NOT_UNDERSTOOD(ErrorKind.CHAIN, """
            The PublishStorageDeals message succeeded but its return value does not fit the deals that it was sent with. \
            Look the message up on the chain and report this.""");

    private final ErrorKind kind;
    private final String explanation;

    DealErrorCode(ErrorKind kind, String explanation) {
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
