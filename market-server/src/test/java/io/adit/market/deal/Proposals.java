package io.adit.market.deal;

import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.FetchPace;
import io.adit.market.policy.ProposalContext;
import io.adit.market.policy.ProposalContext.Load;
import io.adit.market.policy.RejectionCode;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** One bad proposal for each rule. */
enum Proposals {
    WRONG_PROVIDER(change(p -> provider(p, Address.ofId(1001)))),
    BAD_SIGNATURE(
            params -> TestDeals.signed(params.uuid(), params.proposal().proposal(), otherKey(), params.transfer())),
    LABEL_TOO_LONG(change(p -> label(p, "x".repeat(257)))),
    BAD_PIECE_CID(change(p -> piece(p, Cid.rawSha256(new byte[1]), p.pieceSize()))),
    PIECE_SIZE_NOT_POWER_OF_TWO(change(p -> piece(p, p.pieceCid(), 1000))),
    PIECE_TOO_SMALL(change(p -> piece(p, p.pieceCid(), 128))),
    PIECE_TOO_LARGE(change(p -> piece(p, p.pieceCid(), 4096))),
    END_BEFORE_START(change(p -> dates(p, 2000, 1999))),
    START_TOO_SOON(change(p -> dates(p, TestDeals.NOW + 19, TestDeals.NOW + 19 + DealTerms.CHAIN_MIN_DURATION))),
    START_TOO_LATE(
            change(p -> dates(p, TestDeals.NOW + 40_321, TestDeals.NOW + 40_321 + DealTerms.CHAIN_MIN_DURATION))),
    DURATION_OUT_OF_BOUNDS(change(p -> dates(p, 2000, 2000 + DealTerms.CHAIN_MIN_DURATION - 1))),
    END_TOO_LATE(change(p -> dates(p, 2000, 2000 + DealTerms.CHAIN_MAX_DURATION))),
    NEGATIVE_AMOUNT(change(p -> money(
            p, p.pricePerEpoch(), p.providerCollateral(), TokenAmount.ofAtto(1).minus(TokenAmount.ofFil(1_000_000))))),
    PROVIDER_COLLATERAL_OUT_OF_BOUNDS(
            change(p -> money(p, p.pricePerEpoch(), TokenAmount.ofAtto(999), p.clientCollateral()))),
    PRICE_TOO_LOW(
            change(p -> money(p, TokenAmount.ofAtto(p.pieceSize() - 1), p.providerCollateral(), p.clientCollateral()))),
    CLIENT_ESCROW_TOO_LOW(change(p -> money(p, p.pricePerEpoch(), p.providerCollateral(), TokenAmount.ofFil(2)))),
    VERIFIED_DEALS_ENDED(change(Proposals::verified)),
    TRANSFER_UNSUPPORTED(params -> transfer(params, new Transfer(1, "graphsync", new byte[0], ""))),
    TRANSFER_SIZE(params -> transfer(params, TestDeals.transfer(5000, "http://198.51.100.7/a"))),
    TRANSFER_ADDRESS(params -> transfer(params, TestDeals.transfer(500, "file:///etc/passwd"))),
    CLIENT_DENIED(params -> params, context -> terms(context, terms -> terms.withDenied(context.clientNames()))),
    CLIENT_NOT_ALLOWED(
            params -> params, context -> terms(context, terms -> terms.withAllowed(Set.of(Address.ofId(77))))),
    STAGING_FULL(params -> params, context -> context.withLoad(new Load(TestDeals.TERMS.maxStagingBytes(), 1, 0, 0))),
    STAGING_SHARE(
            params -> params,
            context -> context.withClientStagedBytes(TestDeals.TERMS.maxStagingBytesPerClient() - 100)
                    .withLoad(new Load(TestDeals.TERMS.maxStagingBytesPerClient() - 100, 1, 0, 0))
                    .withTerms(TestDeals.TERMS.withMaxStagingBytes(1 << 20))),
    TOO_MANY_DEALS(
            params -> params, context -> context.withLoad(new Load(0, TestDeals.TERMS.maxDealsUnderWay(), 0, 0))),
    TOO_MANY_DEALS_OF_CLIENT(
            params -> params,
            context -> context.withClientDealsUnderWay(1).withTerms(TestDeals.TERMS.withMaxDealsUnderWayPerClient(1))),
    QUEUE_FULL(params -> params, context -> context.withLoad(new Load(0, 0, TestDeals.TERMS.maxQueuedBytes(), 0))),
    SEALING_FULL(params -> params, context -> context.withLoad(new Load(0, 0, 0, TestDeals.TERMS.maxSealingSectors()))),
    // 900 bytes at 4 a second take 7 epochs, publishing and sealing 14; the deal starts in 20.
    TRANSFER_TOO_LONG(
            change(p -> dates(p, TestDeals.NOW + 20, TestDeals.NOW + 20 + DealTerms.CHAIN_MIN_DURATION)),
            context -> terms(context, terms -> terms.withPace(new FetchPace(4)))),
    QUEUE_TOO_LONG(
            params -> params,
            context -> terms(context, terms -> terms.withSectorsPerDay(288)).withLoad(new Load(0, 0, 2 * 2048, 7)));

    static final byte[] DATA = TestDeals.data(1, 900);

    // The functions hold no state.
    @SuppressWarnings("ImmutableEnumChecker")
    private final UnaryOperator<DealParams> change;

    @SuppressWarnings("ImmutableEnumChecker")
    private final UnaryOperator<ProposalContext> circumstances;

    Proposals(UnaryOperator<DealParams> change) {
        this(change, context -> context);
    }

    Proposals(UnaryOperator<DealParams> change, UnaryOperator<ProposalContext> circumstances) {
        this.change = change;
        this.circumstances = circumstances;
    }

    private static ProposalContext terms(ProposalContext context, UnaryOperator<DealTerms> change) {
        return context.withTerms(change.apply(context.terms()));
    }

    /** What makes it bad, where the proposal itself does not. */
    ProposalContext in(ProposalContext context) {
        return circumstances.apply(context);
    }

    RejectionCode code() {
        return RejectionCode.valueOf(name());
    }

    DealParams params(UUID uuid) {
        return change.apply(good(uuid));
    }

    static DealParams good(UUID uuid) {
        return TestDeals.params(uuid, DATA, "http://127.0.0.1:1/a.car");
    }

    private static PrivateKey otherKey() {
        return TestKeys.key(SignatureType.SECP256K1, 9);
    }

    private static UnaryOperator<DealParams> change(UnaryOperator<DealProposal> change) {
        return params -> TestDeals.signed(
                params.uuid(),
                change.apply(TestDeals.proposal(CommP.of(Arrays.copyOf(DATA, DATA.length)))),
                TestDeals.CLIENT,
                params.transfer());
    }

    private static DealParams transfer(DealParams params, Transfer transfer) {
        return TestDeals.signed(params.uuid(), params.proposal().proposal(), TestDeals.CLIENT, transfer);
    }

    /** A good one but for the name its client goes by. */
    static DealParams client(UUID uuid, Address client) {
        UnaryOperator<DealParams> named = change(p -> p.withClient(client));
        return named.apply(good(uuid));
    }

    private static DealProposal provider(DealProposal p, Address provider) {
        return p.withProvider(provider);
    }

    private static DealProposal label(DealProposal p, String label) {
        return p.withLabel(new DealLabel.Text(label));
    }

    private static DealProposal piece(DealProposal p, Cid cid, long size) {
        return p.withPieceCid(cid).withPieceSize(size).withPricePerEpoch(TokenAmount.ofAtto(size));
    }

    private static DealProposal dates(DealProposal p, long start, long end) {
        return p.withStartEpoch(new Epoch(start)).withEndEpoch(new Epoch(end));
    }

    private static DealProposal money(DealProposal p, TokenAmount price, TokenAmount provider, TokenAmount client) {
        return p.withPricePerEpoch(price).withProviderCollateral(provider).withClientCollateral(client);
    }

    private static DealProposal verified(DealProposal p) {
        return p.withVerifiedDeal(true);
    }
}
