package io.adit.market.deal;

import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.core.fil.Address;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.core.keys.Signatures;
import io.adit.market.deal.ProposalVerdict.Accepted;
import io.adit.market.deal.ProposalVerdict.Rejected;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.fetch.AddressRules;
import io.adit.market.fetch.FetchException;
import io.adit.market.fetch.FetchSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What a proposal must satisfy, in the order in which Boost and Curio check it: who signed it first, then its shape, time,
 * money and data. The first rule that is broken is the answer. Pure: the same proposal and context always give the same
 * verdict, so that the same rules can answer a dry run.
 */
public final class ProposalChecks {
    private final DealTerms terms;
    private final AddressRules addresses;
    private final List<BiFunction<DealParams, ProposalContext, Optional<Rejected>>> rules = List.of(
            this::provider,
            this::signature,
            this::label,
            this::pieceCid,
            this::pieceSize,
            this::verified,
            this::order,
            this::start,
            this::duration,
            this::end,
            this::amounts,
            this::providerCollateral,
            this::price,
            this::escrow,
            this::transfer,
            this::address,
            this::staging);

    /**
     * @param addresses where data may be fetched from
     */
    public ProposalChecks(DealTerms terms, AddressRules addresses) {
        this.terms = terms;
        this.addresses = addresses;
    }

    /** Checks one proposal. Reading the chain is the caller's business. */
    public ProposalVerdict check(DealParams params, ProposalContext context) {
        for (var rule : rules) {
            var rejected = rule.apply(params, context);
            if (rejected.isPresent()) {
                return rejected.get();
            }
        }
        return new Accepted();
    }

    private Optional<Rejected> provider(DealParams params, ProposalContext context) {
        return unless(
                context.providerNamed().equals(context.provider()),
                RejectionCode.WRONG_PROVIDER,
                "Provider",
                context.provider().toString(),
                proposal(params).provider().toString(),
                "propose to the provider that the deal names");
    }

    private Optional<Rejected> signature(DealParams params, ProposalContext context) {
        return signature(params, context.clientKey());
    }

    /** The client's signature alone, for a caller that knows the key and wants to know before it asks the chain. */
    static Optional<Rejected> signature(DealParams params, Address clientKey) {
        return unless(
                Signatures.verify(
                        clientKey, proposal(params).toCbor(), params.proposal().clientSignature()),
                RejectionCode.BAD_SIGNATURE,
                "ClientSignature",
                "the signature of " + clientKey + " over the proposal's CBOR",
                "one that does not verify",
                "sign the proposal exactly as it is sent");
    }

    private Optional<Rejected> label(DealParams params, ProposalContext context) {
        int length = proposal(params).label().length();
        return unless(
                length <= DealLabel.MAX_ON_CHAIN,
                RejectionCode.LABEL_TOO_LONG,
                "Label",
                "at most " + DealLabel.MAX_ON_CHAIN + " bytes",
                length + " bytes",
                "shorten the label");
    }

    private Optional<Rejected> pieceCid(DealParams params, ProposalContext context) {
        var cid = proposal(params).pieceCid();
        return unless(
                isPieceCid(cid),
                RejectionCode.BAD_PIECE_CID,
                "PieceCID",
                "a piece CID (baga6ea4seaq…)",
                cid.toString(),
                "compute CommP of the data and name it");
    }

    private static boolean isPieceCid(Cid cid) {
        return cid.version() == 1
                && cid.codec() == Cid.COMMITMENT_UNSEALED
                && cid.multihash().code() == Multihash.SHA2_256_TRUNC254_PADDED
                && cid.multihash().digest().length == 32;
    }

    private Optional<Rejected> pieceSize(DealParams params, ProposalContext context) {
        long size = proposal(params).pieceSize();
        if (size < 128 || Long.bitCount(size) != 1) {
            return rejected(
                    RejectionCode.PIECE_SIZE_NOT_POWER_OF_TWO,
                    "PieceSize",
                    "a power of two, at least 128",
                    String.valueOf(size),
                    "use the padded piece size that CommP was computed for");
        }
        if (size < terms.minPieceSize().bytes()) {
            return rejected(
                    RejectionCode.PIECE_TOO_SMALL,
                    "PieceSize",
                    "at least " + terms.minPieceSize().bytes(),
                    String.valueOf(size),
                    "put more data into one piece, or ask another provider");
        }
        var most = terms.largestPiece();
        return unless(
                size <= most.bytes(),
                RejectionCode.PIECE_TOO_LARGE,
                "PieceSize",
                "at most " + most.bytes(),
                String.valueOf(size),
                "split the data into several deals");
    }

    private Optional<Rejected> verified(DealParams params, ProposalContext context) {
        return unless(
                !proposal(params).verifiedDeal(),
                RejectionCode.VERIFIED_DEALS_ENDED,
                "VerifiedDeal",
                "false",
                "true",
                "DataCap ended with network version 29 (FIP-0118); propose an ordinary deal");
    }

    private Optional<Rejected> order(DealParams params, ProposalContext context) {
        var proposal = proposal(params);
        return unless(
                proposal.startEpoch().isBefore(proposal.endEpoch()),
                RejectionCode.END_BEFORE_START,
                "EndEpoch",
                "after StartEpoch " + proposal.startEpoch().value(),
                String.valueOf(proposal.endEpoch().value()),
                "let the deal end after it starts");
    }

    private Optional<Rejected> start(DealParams params, ProposalContext context) {
        var earliest = context.now().plus(terms.startBuffer());
        return unless(
                !proposal(params).startEpoch().isBefore(earliest),
                RejectionCode.START_TOO_SOON,
                "StartEpoch",
                "at least " + earliest.value() + " (now " + context.now().value() + " and " + terms.startBuffer()
                        + " epochs to transfer and seal)",
                String.valueOf(proposal(params).startEpoch().value()),
                "let the deal start later");
    }

    private Optional<Rejected> duration(DealParams params, ProposalContext context) {
        long duration = proposal(params).duration();
        return unless(
                duration >= terms.minDuration() && duration <= terms.maxDuration(),
                RejectionCode.DURATION_OUT_OF_BOUNDS,
                "EndEpoch",
                "between " + terms.minDuration() + " and " + terms.maxDuration() + " epochs after StartEpoch",
                duration + " epochs",
                "choose another duration");
    }

    private Optional<Rejected> end(DealParams params, ProposalContext context) {
        var latest = context.now().plus(terms.maxExpiration());
        return unless(
                !latest.isBefore(proposal(params).endEpoch()),
                RejectionCode.END_TOO_LATE,
                "EndEpoch",
                "at most " + latest.value() + " (no sector made from now on lives longer)",
                String.valueOf(proposal(params).endEpoch().value()),
                "let the deal end earlier");
    }

    private Optional<Rejected> amounts(DealParams params, ProposalContext context) {
        var proposal = proposal(params);
        return negative("StoragePricePerEpoch", proposal.pricePerEpoch())
                .or(() -> negative("ProviderCollateral", proposal.providerCollateral()))
                .or(() -> negative("ClientCollateral", proposal.clientCollateral()));
    }

    private static Optional<Rejected> negative(String field, TokenAmount given) {
        return unless(
                !given.isNegative(),
                RejectionCode.NEGATIVE_AMOUNT,
                field,
                "0 FIL or more",
                given.toString(),
                "offer an amount that is not negative");
    }

    private Optional<Rejected> providerCollateral(DealParams params, ProposalContext context) {
        var given = proposal(params).providerCollateral();
        var bounds = context.collateral();
        // Twice the least is what a provider puts up without asking why (Boost's rule); the actor's own maximum is all
        // FIL.
        var most = bounds.min().times(2).min(bounds.max());
        return unless(
                given.compareTo(bounds.min()) >= 0 && given.compareTo(most) <= 0,
                RejectionCode.PROVIDER_COLLATERAL_OUT_OF_BOUNDS,
                "ProviderCollateral",
                "between " + bounds.min() + " and " + most,
                given.toString(),
                "ask the chain for the bounds (StateDealProviderCollateralBounds)");
    }

    private Optional<Rejected> price(DealParams params, ProposalContext context) {
        var least = terms.minPricePerEpoch(proposal(params).pieceSize());
        var given = proposal(params).pricePerEpoch();
        return unless(
                given.compareTo(least) >= 0,
                RejectionCode.PRICE_TOO_LOW,
                "StoragePricePerEpoch",
                "at least " + least + " (" + terms.pricePerGibEpoch() + " per GiB and epoch)",
                given.toString(),
                "offer the price of the ask");
    }

    private Optional<Rejected> escrow(DealParams params, ProposalContext context) {
        var needed = proposal(params).clientBalanceRequirement();
        return unless(
                context.clientEscrow().compareTo(needed) >= 0,
                RejectionCode.CLIENT_ESCROW_TOO_LOW,
                "Client",
                "holding at least " + needed + " free in the market's escrow",
                context.clientEscrow().toString(),
                "add to the escrow (f05 AddBalance) and propose again");
    }

    private Optional<Rejected> transfer(DealParams params, ProposalContext context) {
        if (params.offline()) {
            return rejected(
                    RejectionCode.TRANSFER_UNSUPPORTED,
                    "IsOffline",
                    "false",
                    "true",
                    "serve the CAR over HTTP and name its URL");
        }
        var transfer = params.transfer();
        if (!transfer.type().equals("http")) {
            return rejected(
                    RejectionCode.TRANSFER_UNSUPPORTED,
                    "Transfer.Type",
                    "http",
                    transfer.type().isEmpty() ? "nothing" : transfer.type(),
                    "serve the CAR over HTTP and name its URL");
        }
        long most = new PaddedSize(proposal(params).pieceSize()).unpadded().bytes();
        return unless(
                transfer.size() > 0 && transfer.size() <= most,
                RejectionCode.TRANSFER_SIZE,
                "Transfer.Size",
                "between 1 and " + most + " (the piece before padding)",
                String.valueOf(transfer.size()),
                "name the CAR's size in bytes");
    }

    private Optional<Rejected> address(DealParams params, ProposalContext context) {
        try {
            FetchSource.parse(params.transfer().params(), addresses);
            return Optional.empty();
        } catch (FetchException e) {
            return rejected(
                    RejectionCode.TRANSFER_ADDRESS,
                    "Transfer.Params",
                    "{\"URL\":\"http(s)://…\"} of a public host",
                    "one that is refused: " + e.getMessage(),
                    "serve the CAR where the provider may fetch it");
        }
    }

    private Optional<Rejected> staging(DealParams params, ProposalContext context) {
        long free = terms.maxStagingBytes() - context.stagedBytes();
        return unless(
                params.transfer().size() <= free,
                RejectionCode.STAGING_FULL,
                "Transfer.Size",
                "at most " + Math.max(0, free) + " (room left for pieces whose sector is not proven yet)",
                String.valueOf(params.transfer().size()),
                "propose again later");
    }

    private static DealProposal proposal(DealParams params) {
        return params.proposal().proposal();
    }

    private static Optional<Rejected> unless(
            boolean holds, RejectionCode code, String field, String limit, String given, String remedy) {
        return holds ? Optional.empty() : rejected(code, field, limit, given, remedy);
    }

    private static Optional<Rejected> rejected(
            RejectionCode code, String field, String limit, String given, String remedy) {
        return Optional.of(new Rejected(code, field, limit, given, remedy));
    }
}
