package io.adit.simulation;

import io.adit.core.fil.Epoch;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.policy.ProposalVerdict;
import java.util.Optional;
import java.util.OptionalLong;

/** A deal as its client knows it: what it proposed, and what it was told. */
final class ClientDeal {
    private final DealWish wish;
    private final DealParams params;
    private final byte[] data;
    private Optional<ProposalVerdict> verdict = Optional.empty();
    private OptionalLong acceptedAt = OptionalLong.empty();
    private boolean brought;
    long askedAt = Long.MIN_VALUE;
    long broughtAt = Long.MIN_VALUE;
    boolean proposedAgain;

    /**
     * A deal that nobody has answered yet.
     *
     * @param data what its piece has to hold
     */
    ClientDeal(DealWish wish, DealParams params, byte[] data) {
        this.wish = wish;
        this.params = params;
        this.data = data.clone();
    }

    DealWish wish() {
        return wish;
    }

    DealParams params() {
        return params;
    }

    byte[] data() {
        return data.clone();
    }

    Epoch start() {
        return params.proposal().proposal().startEpoch();
    }

    /** The provider's first answer that arrived. */
    Optional<ProposalVerdict> verdict() {
        return verdict;
    }

    void answered(ProposalVerdict answer, long epoch) {
        verdict = Optional.of(answer);
        if (answer instanceof ProposalVerdict.Accepted) {
            acceptedAt = OptionalLong.of(epoch);
        }
    }

    /** The epoch in which its client was told that it is accepted. */
    OptionalLong acceptedAt() {
        return acceptedAt;
    }

    boolean isAccepted() {
        return acceptedAt.isPresent();
    }

    /** Whether the provider said that it has the data which the operator brought. */
    boolean isBrought() {
        return brought;
    }

    void broughtInFull() {
        brought = true;
    }

    String words() {
        return "deal " + wish.number() + " (" + params.uuid() + ", " + wish.way() + ")";
    }
}
