package io.adit.market.policy;

import java.util.Optional;

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
        /** A rejection in the words that always belong to its code. */
        public static Rejected of(RejectionCode code, String limit, String given) {
            return new Rejected(code, code.field(), limit, given, code.remedy());
        }

        static Optional<Rejected> unless(boolean holds, RejectionCode code, String limit, String given) {
            return holds ? Optional.empty() : Optional.of(of(code, limit, given));
        }

        /** One line for the client: {@code PRICE_TOO_LOW: StoragePricePerEpoch must be at least …, given …; …}. */
        public String message() {
            return code + ": " + field + " must be " + limit + ", given " + given + "; " + remedy;
        }
    }
}
