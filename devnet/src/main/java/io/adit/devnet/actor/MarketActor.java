package io.adit.devnet.actor;

import io.adit.chain.actor.AddBalanceParams;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.Frc42;
import io.adit.chain.actor.GetBalanceReturn;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.MarketWithdrawBalanceParams;
import io.adit.chain.actor.PublishStorageDealsParams;
import io.adit.chain.actor.PublishStorageDealsReturn;
import io.adit.chain.actor.SectorContentChangedParams;
import io.adit.chain.actor.SettleDealPaymentsParams;
import io.adit.chain.actor.WithdrawBalanceReturn;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The storage market actor (f05): escrow, publishing, settlement and the readers of deals. */
final class MarketActor {
    /** Methods with a small number that contracts reach under another one too. */
    private static final Map<Long, MarketMethod> EXPORTED = Map.of(
            Frc42.methodNumber("AddBalance"), MarketMethod.ADD_BALANCE,
            Frc42.methodNumber("WithdrawBalance"), MarketMethod.WITHDRAW_BALANCE,
            Frc42.methodNumber("PublishStorageDeals"), MarketMethod.PUBLISH_STORAGE_DEALS);

    private MarketActor() {}

    static byte[] invoke(Invocation in, long method, byte[] params) {
        var known = Optional.ofNullable(EXPORTED.get(method))
                .or(() -> MarketMethod.ofNumber(method))
                .filter(in.chain().rules()::has)
                .orElseThrow(() -> ActorAbort.unhandled(method));
        return switch (known) {
            case ADD_BALANCE -> addBalance(in, Invocation.decode(params, AddBalanceParams::fromCbor));
            case WITHDRAW_BALANCE -> withdraw(in, Invocation.decode(params, MarketWithdrawBalanceParams::fromCbor));
            case PUBLISH_STORAGE_DEALS -> publish(in, Invocation.decode(params, PublishStorageDealsParams::fromCbor));
            case GET_BALANCE -> balance(in, Invocation.decode(params, AddBalanceParams::fromCbor));
            case SETTLE_DEAL_PAYMENTS ->
                MarketSettlement.settle(in, Invocation.decode(params, SettleDealPaymentsParams::fromCbor));
            case SECTOR_CONTENT_CHANGED ->
                MarketActivation.contentChanged(in, Invocation.decode(params, SectorContentChangedParams::fromCbor))
                        .toCbor();
            case VERIFY_DEALS_FOR_ACTIVATION -> refuseInternal(in, method, params, 1);
            case BATCH_ACTIVATE_DEALS, ON_MINER_SECTORS_TERMINATE -> refuseInternal(in, method, params, 2);
            default -> MarketReaders.read(in, known, params).orElseThrow(() -> ActorAbort.unhandled(method));
        };
    }

    /** Methods that only miners call, and here do so without a message; a wallet's attempt already fails on the parameters. */
    private static byte[] refuseInternal(Invocation in, long method, byte[] params, int fields) {
        Invocation.decode(params, bytes -> {
            new CborReader(bytes).array(fields);
            return bytes;
        });
        in.requireCallerType(ActorType.MINER);
        throw ActorAbort.unhandled(method);
    }

    private static long nominal(Invocation in, Address address) {
        long id = in.resolve(address);
        if (in.tree().find(id).isEmpty()) {
            throw ActorAbort.illegalArgument("no code for address t0" + id);
        }
        return id;
    }

    private static byte[] addBalance(Invocation in, AddBalanceParams params) {
        if (in.value().signum() <= 0) {
            throw ActorAbort.illegalArgument("balance to add must be greater than zero was: " + in.value());
        }
        in.gas().charge(4_000_000);
        long id = nominal(in, params.providerOrClient());
        in.tree().write(StateTree.MARKET, MarketState.class).addEscrow(id, in.value());
        return new byte[0];
    }

    private static byte[] balance(Invocation in, AddBalanceParams params) {
        var market = in.tree().read(StateTree.MARKET, MarketState.class);
        var id = in.tree().resolve(params.providerOrClient());
        var escrow = id.map(market::escrow).orElse(BigInteger.ZERO);
        var locked = id.map(market::locked).orElse(BigInteger.ZERO);
        return new GetBalanceReturn(new TokenAmount(escrow), new TokenAmount(locked)).toCbor();
    }

    private static byte[] withdraw(Invocation in, MarketWithdrawBalanceParams params) {
        var amount = params.amount().atto();
        if (amount.signum() < 0) {
            throw ActorAbort.illegalArgument("negative amount: " + amount);
        }
        in.gas().charge(6_000_000);
        long id = nominal(in, params.providerOrClient());
        long recipient = id;
        List<Long> approved = List.of(id);
        if (in.tree().get(id).type() == ActorType.MINER) {
            var miner = in.tree().read(id, MinerState.class);
            recipient = miner.owner();
            approved = List.of(miner.owner(), miner.worker());
        }
        in.requireCaller(approved);
        var market = in.tree().write(StateTree.MARKET, MarketState.class);
        var free = market.escrow(id).subtract(market.locked(id)).max(BigInteger.ZERO);
        var paid = free.min(amount);
        market.addEscrow(id, paid.negate());
        in.send(recipient, paid);
        return new WithdrawBalanceReturn(new TokenAmount(paid)).toCbor();
    }

    private static byte[] publish(Invocation in, PublishStorageDealsParams params) {
        in.requireCallerType(ActorType.ACCOUNT);
        if (params.deals().isEmpty()) {
            throw ActorAbort.illegalArgument("Empty deals parameter");
        }
        in.gas().charge(15_000_000 + 12_000_000L * params.deals().size());
        var named = params.deals().getFirst().proposal().provider();
        long provider = provider(in, named);
        var miner = in.tree().read(provider, MinerState.class);
        if (in.caller() != miner.worker() && !miner.control().contains(in.caller())) {
            throw ActorAbort.forbidden(
                    "caller f0" + in.caller() + " is not worker or control address of provider " + provider);
        }
        var accepted = new Publication(in, provider, named).accept(params.deals());
        if (accepted.isEmpty()) {
            throw ActorAbort.illegalArgument("All deal proposals invalid");
        }
        var market = in.tree().write(StateTree.MARKET, MarketState.class);
        var ids = new ArrayList<Long>();
        for (var deal : accepted.values()) {
            market.lock(
                    deal.client(), deal.proposal().clientBalanceRequirement().atto());
            market.lock(deal.provider(), deal.proposal().providerCollateral().atto());
            ids.add(market.publish(deal));
        }
        return new PublishStorageDealsReturn(ids, BitField.of(accepted.keySet())).toCbor();
    }

    private static long provider(Invocation in, Address named) {
        long id = in.tree()
                .resolve(named)
                .orElseThrow(() -> ActorAbort.notFound("failed to resolve provider address " + named));
        if (in.tree().get(id).type() != ActorType.MINER) {
            throw ActorAbort.illegalArgument("deal provider is not a storage miner actor");
        }
        return id;
    }

    /** One PublishStorageDeals call: deals are taken or dropped one by one, against what is left after those before. */
    private static final class Publication {
        private final Invocation in;
        private final long provider;
        private final Address named;
        private final MarketState market;
        private final Map<Long, BigInteger> clientLocks = new HashMap<>();
        private final Set<Cid> seen = new HashSet<>();
        private BigInteger providerLock = BigInteger.ZERO;

        Publication(Invocation in, long provider, Address named) {
            this.in = in;
            this.provider = provider;
            this.named = named;
            this.market = in.tree().read(StateTree.MARKET, MarketState.class);
        }

        Map<Long, MarketDeal> accept(List<ClientDealProposal> deals) {
            var accepted = new TreeMap<Long, MarketDeal>();
            for (int index = 0; index < deals.size(); index++) {
                var deal = take(deals.get(index));
                if (deal.isPresent()) {
                    accepted.put((long) index, deal.get());
                }
            }
            return accepted;
        }

        private Optional<MarketDeal> take(ClientDealProposal deal) {
            var proposal = deal.proposal();
            if (!MarketRules.acceptable(in, deal)) {
                return Optional.empty();
            }
            if (!proposal.provider().equals(Address.ofId(provider))
                    && !proposal.provider().equals(named)) {
                return Optional.empty();
            }
            long client = in.tree().resolve(proposal.client()).orElse(-1L);
            var clientLock = clientLocks
                    .getOrDefault(client, BigInteger.ZERO)
                    .add(proposal.clientBalanceRequirement().atto());
            var nextProviderLock =
                    providerLock.add(proposal.providerCollateral().atto());
            if (!covered(client, clientLock) || !covered(provider, nextProviderLock)) {
                return Optional.empty();
            }
            var normal = normalised(proposal, client);
            if (market.isPending(normal.cid()) || !seen.add(normal.cid())) {
                return Optional.empty();
            }
            clientLocks.put(client, clientLock);
            providerLock = nextProviderLock;
            return Optional.of(new MarketDeal(normal, client, provider, Optional.empty()));
        }

        private boolean covered(long id, BigInteger more) {
            return id >= 0 && market.escrow(id).compareTo(market.locked(id).add(more)) >= 0;
        }

        private DealProposal normalised(DealProposal proposal, long client) {
            return proposal.withClient(Address.ofId(client)).withProvider(Address.ofId(provider));
        }
    }
}
