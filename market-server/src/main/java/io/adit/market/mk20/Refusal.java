package io.adit.market.mk20;

import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;

/** Why a deal is not taken: the same words as over the deal protocol, and the status that Curio's clients expect. */
public record Refusal(DealCode code, Rejected rejected) {
    /** A refusal in the words of a rule. */
    public static Refusal of(DealCode code, RejectionCode reason, String field, String limit, String given) {
        return new Refusal(code, new Rejected(reason, field, limit, given, reason.remedy()));
    }

    /** For a reader that cannot go on. */
    static final class RefusedException extends RuntimeException {
        private final transient Refusal refusal;

        RefusedException(Refusal refusal) {
            super(refusal.rejected().message());
            this.refusal = refusal;
        }

        Refusal refusal() {
            return refusal;
        }
    }
}
