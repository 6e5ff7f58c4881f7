package io.adit.devnet.actor;

import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.core.fil.Address;
import io.adit.core.keys.Signatures;
import io.adit.devnet.policy.Economics;
import io.adit.devnet.policy.ProtocolLimits;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a proposal must satisfy by itself ({@code validate_deal} of the market actor). */
final class MarketRules {
    private static final long MIN_PIECE_SIZE = 128;

    private MarketRules() {}

    static boolean acceptable(Invocation in, ClientDealProposal deal) {
        var proposal = deal.proposal();
        return signedByClient(in, deal)
                && labelLength(proposal.label()) <= ProtocolLimits.DEAL_MAX_LABEL_SIZE
                && proposal.pieceSize() >= MIN_PIECE_SIZE
                && Long.bitCount(proposal.pieceSize()) == 1
                && MinerPreCommit.isUnsealedCommitment(proposal.pieceCid())
                && termAcceptable(in, proposal)
                && moneyAcceptable(in, proposal)
                // Data cap is frozen since FIP-0118 and the devnet has none to spend before.
                && !proposal.verifiedDeal();
    }

    private static int labelLength(DealLabel label) {
        return switch (label) {
            case DealLabel.Text text -> text.text().getBytes(StandardCharsets.UTF_8).length;
            case DealLabel.Raw raw -> raw.bytes().length;
        };
    }

    private static boolean signedByClient(Invocation in, ClientDealProposal deal) {
        var client = deal.proposal().client();
        var key = client.isKey()
                ? Optional.of(client)
                : in.tree().resolve(client).flatMap(in.tree()::find).flatMap(ActorEntry::robust);
        return key.filter(Address::isKey)
                .filter(address -> Signatures.verify(address, deal.proposal().toCbor(), deal.clientSignature()))
                .isPresent();
    }

    private static boolean termAcceptable(Invocation in, DealProposal proposal) {
        long start = proposal.startEpoch().value();
        long end = proposal.endEpoch().value();
        // Both are any 64-bit numbers; with the end later than a start that is not negative, the duration is one too.
        return end > start
                && in.chain().epoch() <= start
                && end - start >= ProtocolLimits.MIN_DEAL_DURATION
                && end - start <= ProtocolLimits.MAX_DEAL_DURATION;
    }

    private static boolean moneyAcceptable(Invocation in, DealProposal proposal) {
        var price = proposal.pricePerEpoch().atto();
        var maxPrice = Economics.TOTAL_FILECOIN.divide(BigInteger.valueOf(proposal.duration()));
        var collateral = proposal.providerCollateral().atto();
        var minimum = NetworkFigures.of(in).minimumProviderCollateral(proposal.pieceSize());
        return within(price, BigInteger.ZERO, maxPrice)
                && within(collateral, minimum, Economics.TOTAL_FILECOIN)
                && within(proposal.clientCollateral().atto(), BigInteger.ZERO, Economics.TOTAL_FILECOIN);
    }

    private static boolean within(BigInteger value, BigInteger least, BigInteger most) {
        return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
    }
}
