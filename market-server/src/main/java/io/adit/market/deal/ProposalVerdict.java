package io.adit.market.deal;

/** What the checks found; whoever asked decides what to do about it. */
public sealed interface ProposalVerdict {
    /** Nothing speaks against the deal. */
    record Accepted() implements ProposalVerdict {}

    /**
     * Something does.
     *
     * @param code stable, for programs
     * @param field the proposal's field, by its name on the wire
     * @param limit what is allowed
     * @param given what was proposed
     * @param remedy what the client can change
     */
    record Rejected(RejectionCode code, String field, String limit, String given, String remedy)
            implements ProposalVerdict {
        /** One line for the client: {@code PRICE_TOO_LOW: StoragePricePerEpoch must be at least …, given …; …}. */
        public String message() {
            return code + ": " + field + " must be " + limit + ", given " + given + "; " + remedy;
        }
    }
}
