package io.adit.market.deal;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.state.DealRecord;
import io.adit.core.state.StateStore;
import io.adit.market.fetch.FetchException;
import io.adit.market.fetch.FetchSource;
import io.adit.market.mk20.DealCode;
import io.adit.market.mk20.DirectDeals;
import io.adit.market.mk20.Mk20Deal;
import io.adit.market.mk20.Refusal;
import io.adit.market.mk20.Ulid;
import io.adit.market.mk20.Uploads;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Direct deals at the desk where all deals are decided: the same rules, the same room, the same store. What the rules say is
 * put into the words of the HTTP market.
 */
final class DirectDesk implements DirectDeals {
    private static final String DDO = "products.ddo_v1.";

    /** What the rules call a field, and what it is called here. */
    private static final Map<String, String> FIELDS = Map.ofEntries(
            Map.entry("Provider", DDO + "provider"),
            Map.entry("Client", "client"),
            Map.entry("DealUUID", "identifier"),
            Map.entry("ClientDealProposal", "identifier"),
            Map.entry("PieceCID", "data.piece_cid"),
            Map.entry("PieceSize", "data.piece_cid"),
            Map.entry("StartEpoch", DDO + "start_epoch"),
            Map.entry("EndEpoch", DDO + "duration"),
            Map.entry("Transfer.Type", "data"),
            Map.entry("Transfer.Size", "data.piece_cid"),
            Map.entry("Transfer.Params", "data.source_http.urls"),
            Map.entry("DealParams", "Deal"));

    private final StateStore store;
    private final MarketChain chain;
    private final DealDesk desk;
    private final Supplier<DealTerms> policy;
    private final PieceFiles files;
    private final DirectUploads uploads;

    DirectDesk(StateStore store, MarketChain chain, DealDesk desk, Supplier<DealTerms> policy, PieceFiles files) {
        this.store = store;
        this.chain = chain;
        this.desk = desk;
        this.policy = policy;
        this.files = files;
        this.uploads = new DirectUploads(store, files, policy);
    }

    @Override
    public Optional<Refusal> propose(Mk20Deal deal) {
        try {
            var asking = asking(deal);
            var objection = desk.known(asking).isPresent() ? Optional.<Refusal>empty() : beforehand(deal);
            if (objection.isPresent()) {
                return objection;
            }
            return desk.decided(asking) instanceof Rejected rejected
                    ? Optional.of(refusal(rejected, deal))
                    : Optional.empty();
        } catch (AditException e) {
            return Optional.of(refusal(DealDesk.notReady(e), deal));
        }
    }

    @Override
    public List<Refusal> preflight(Mk20Deal deal) {
        try {
            var found = new ArrayList<Refusal>(beforehand(deal).stream().toList());
            desk.preflight(asking(deal)).forEach(rejected -> found.add(refusal(rejected, deal)));
            return List.copyOf(found);
        } catch (AditException e) {
            return List.of(refusal(DealDesk.notReady(e), deal));
        }
    }

    private Asking asking(Mk20Deal deal) {
        var start = deal.ddo().start();
        var terms = policy.get();
        return DirectTerms.asking(
                deal,
                start.isPresent()
                        ? new Epoch(start.getAsLong())
                        : chain.now().plus(Math.min(terms.startBuffer() + DirectTerms.LEISURE, terms.maxStartDelay())));
    }

    /** What no rule for all deals looks at. */
    private Optional<Refusal> beforehand(Mk20Deal deal) {
        var terms = policy.get();
        return urls(deal)
                .or(() -> AggregateTerms.objection(deal, terms.sectorSize(), terms.addresses()))
                .or(() -> notification(deal, terms));
    }

    private Optional<Refusal> urls(Mk20Deal deal) {
        var addresses = policy.get().addresses();
        for (var transfer : DirectTerms.transfers(deal)) {
            try {
                FetchSource.parse(transfer, addresses);
            } catch (FetchException e) {
                return Optional.of(refusal(
                        Rejected.of(
                                RejectionCode.TRANSFER_ADDRESS,
                                "http(s) URLs of public hosts",
                                "one that is refused: " + e.getMessage()),
                        deal));
            }
        }
        return Optional.empty();
    }

    private Optional<Refusal> notification(Mk20Deal deal, DealTerms terms) {
        return deal.ddo()
                .notification()
                .map(Mk20Deal.Notification::address)
                .flatMap(told -> notification(told, terms))
                .map(rejected -> refusal(rejected, deal));
    }

    private Optional<Rejected> notification(Address told, DealTerms terms) {
        var allowed = terms.notificationContracts();
        if (!allowed.isEmpty() && !allowed.contains(told) && !allowed.contains(chain.idOf(told))) {
            return Optional.of(Rejected.of(
                    RejectionCode.NOTIFICATION_NOT_ALLOWED,
                    "one of the " + allowed.size() + " actors that the operator lets pieces be told to",
                    told.toString()));
        }
        return chain.knows(told)
                ? Optional.empty()
                : Optional.of(Rejected.of(
                        RejectionCode.NOTIFICATION_ADDRESS, "that of an actor on the chain", told.toString()));
    }

    private static Refusal refusal(Rejected rejected, Mk20Deal deal) {
        var reason = rejected;
        if (rejected.code() == RejectionCode.PRICE_TOO_LOW) {
            reason = Rejected.of(
                    RejectionCode.DIRECT_DEAL_UNPRICED,
                    "one for which the operator asks 0 FIL",
                    "one for which the price must be " + rejected.limit());
        }
        var named = new Rejected(
                reason.code(),
                FIELDS.getOrDefault(reason.field(), reason.field()),
                reason.limit(),
                reason.given(),
                reason.remedy());
        return new Refusal(status(named, deal), named);
    }

    private static DealCode status(Rejected rejected, Mk20Deal deal) {
        return switch (rejected.code()) {
            case CLIENT_DENIED, CLIENT_NOT_ALLOWED -> DealCode.UNAUTHORIZED;
            case STAGING_FULL,
                    STAGING_SHARE,
                    TOO_MANY_DEALS,
                    TOO_MANY_DEALS_OF_CLIENT,
                    QUEUE_FULL,
                    SEALING_FULL,
                    QUEUE_TOO_LONG -> DealCode.SERVICE_OVERLOADED;
            case NOT_READY -> DealCode.SERVICE_MAINTENANCE;
            case DIRECT_DEAL_UNPRICED, FILTER_REJECTED -> DealCode.DEAL_REJECTED_BY_MARKET;
            case DURATION_OUT_OF_BOUNDS ->
                deal.ddo().duration() > DealTerms.CHAIN_MAX_DURATION
                        ? DealCode.BAD_PROPOSAL
                        : DealCode.DURATION_TOO_SHORT;
            default -> DealCode.BAD_PROPOSAL;
        };
    }

    @Override
    public Uploads uploads() {
        return uploads;
    }

    @Override
    public Optional<Standing> find(Ulid id) {
        return store.read(tx -> tx.deals().find(id.uuid()))
                .filter(DirectTerms::isDirect)
                .map(this::standing);
    }

    @Override
    public Optional<Address> uploader(Ulid id) {
        return store.read(tx -> tx.deals().find(id.uuid()))
                .filter(deal -> DirectTerms.isDirect(deal) || DirectTerms.takesUploads(deal))
                .map(DealRecord::client);
    }

    private Standing standing(DealRecord record) {
        var deal = DirectTerms.of(record);
        return new Standing(
                deal.client(), deal, state(record, deal), record.error().orElse(""));
    }

    private State state(DealRecord record, Mk20Deal deal) {
        if (record.error().isPresent()) {
            return State.FAILED;
        }
        return switch (record.checkpoint()) {
            case Accepted -> {
                if (deal.data().source() instanceof Mk20Deal.Put) {
                    yield State.UPLOADING;
                }
                yield files.received(record.uuid()) > 0 ? State.PROCESSING : State.ACCEPTED;
            }
            case Transferred, Published, PublishConfirmed -> State.PROCESSING;
            case AddedPiece, IndexedAndAnnounced -> State.SEALING;
            case Complete -> State.COMPLETE;
        };
    }
}
