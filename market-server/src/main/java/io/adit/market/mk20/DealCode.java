package io.adit.market.mk20;

/** Those of the HTTP statuses that Curio's clients know ({@code market/mk20/types.go}, DealCode) that are answered here. */
public enum DealCode {
    OK(200),
    BAD_PROPOSAL(400),
    UNAUTHORIZED(401),
    UNSUPPORTED_DATA_SOURCE(422),
    UNSUPPORTED_PRODUCT(423),
    PRODUCT_VALIDATION_FAILED(425),
    DEAL_REJECTED_BY_MARKET(426),
    SERVICE_OVERLOADED(429),
    MALFORMED_DATA_SOURCE(430),
    DURATION_TOO_SHORT(441),
    SERVER_INTERNAL_ERROR(500),
    SERVICE_MAINTENANCE(503);

    private final int status;

    DealCode(int status) {
        this.status = status;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
