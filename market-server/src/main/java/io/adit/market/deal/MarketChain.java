package io.adit.market.deal;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.CollateralBounds;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.MarketBalance;
import io.adit.chain.node.MarketDeal;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.TokenAmount;
import java.util.Optional;

/** What the deal desk asks the chain, always at the present head. */
final class MarketChain {
    /** Epochs after which nothing that is on the chain changes any more. */
    static final int FINALITY = 900;

    private static final int DEADLINES = 48;

    private final FullNode node;
    private final Address miner;

    MarketChain(FullNode node, Address miner) {
        this.node = node;
        this.miner = miner;
    }

    Address miner() {
        return miner;
    }

    Epoch now() {
        return node.chainHead().height();
    }

    /** Whether the node is there at all; a refusal from one that is going away says nothing. */
    boolean answers() {
        try {
            node.chainHead();
            return true;
        } catch (RpcException e) {
            return false;
        }
    }

    /** Whether the deal is active on the chain: in a proven sector and not slashed. */
    boolean isActive(long chainDealId) {
        return node.stateMarketStorageDeal(chainDealId, TipSetKey.EMPTY)
                .filter(MarketDeal::isActive)
                .isPresent();
    }

    /** What the chain holds of a deal; empty once it is gone. */
    Optional<MarketDeal> deal(long chainDealId, TipSetKey at) {
        return node.stateMarketStorageDeal(chainDealId, at);
    }

    /** The head's ancestor that is so many epochs below it, or the genesis. */
    TipSetKey deepKey(int epochs) {
        var head = node.chainHead();
        var height = Math.max(0, head.height().value() - epochs);
        return node.chainGetTipSetByHeight(new Epoch(height), head.key()).key();
    }

    Epoch heightOf(TipSetKey key) {
        return node.chainGetTipSet(key).height();
    }

    /** The ancestor of a tipset that nothing can change any more, or the genesis. */
    TipSetKey finalKey(TipSetKey from) {
        var height = Math.max(0, heightOf(from).value() - FINALITY);
        return node.chainGetTipSetByHeight(new Epoch(height), from).key();
    }

    /** The ancestor of a tipset at an epoch, or the last one before it. */
    TipSetKey keyAt(Epoch epoch, TipSetKey from) {
        return node.chainGetTipSetByHeight(epoch, from).key();
    }

    /**
     * The miner's sectors.
     *
     * @throws RpcException ANSWER_NOT_UNDERSTOOD when the node does not tell of all deadlines
     */
    MinerSectors sectors(TipSetKey at) {
        int deadlines = node.stateMinerDeadlines(miner, at).size();
        if (deadlines != DEADLINES) {
            throw RpcException.unanswered(
                    RpcErrorCode.ANSWER_NOT_UNDERSTOOD,
                    "StateMinerDeadlines",
                    deadlines + " deadlines, and every miner has " + DEADLINES);
        }
        var all = BitField.EMPTY;
        var live = BitField.EMPTY;
        for (int deadline = 0; deadline < deadlines; deadline++) {
            for (var partition : node.stateMinerPartitions(miner, deadline, at)) {
                all = all.union(partition.allSectors());
                live = live.union(partition.liveSectors());
            }
        }
        return new MinerSectors(all, live);
    }

    /** The key that publishes deals and signs asks. */
    Address workerKey() {
        var worker = node.stateMinerInfo(miner, TipSetKey.EMPTY).worker();
        return worker.isKey() ? worker : node.stateAccountKey(worker, TipSetKey.EMPTY);
    }

    /** The key address behind a client; empty if the chain knows no account under that address. */
    Optional<Address> keyOf(Address client) {
        return client.isKey()
                ? Optional.of(client)
                : ifKnown(() -> node.stateAccountKey(client, TipSetKey.EMPTY)).filter(Address::isKey);
    }

    /** The ID address behind a provider's address; the address itself where the chain does not know it. */
    Address idOf(Address provider) {
        return provider.id().isPresent()
                ? provider
                : ifKnown(() -> node.stateLookupID(provider, TipSetKey.EMPTY)).orElse(provider);
    }

    /** Whether there is an actor under the address. */
    boolean knows(Address address) {
        return ifKnown(() -> node.stateGetActor(address, TipSetKey.EMPTY))
                .flatMap(actor -> actor)
                .isPresent();
    }

    /** What an address has free in the market's escrow. */
    TokenAmount escrow(Address address) {
        return marketBalance(address).available();
    }

    /** What an address has in the market's escrow, and how much of it is locked. */
    MarketBalance marketBalance(Address address) {
        return ifKnown(() -> node.stateMarketBalance(address, TipSetKey.EMPTY))
                .orElse(new MarketBalance(TokenAmount.ZERO, TokenAmount.ZERO));
    }

    /** What an account has. */
    TokenAmount balance(Address account) {
        return node.stateGetActor(account, TipSetKey.EMPTY)
                .map(ActorState::balance)
                .orElse(TokenAmount.ZERO);
    }

    CollateralBounds collateralBounds(PaddedSize size) {
        return node.stateDealProviderCollateralBounds(size, false, TipSetKey.EMPTY);
    }

    private interface Call<T> {
        T make();
    }

    private static <T> Optional<T> ifKnown(Call<T> call) {
        try {
            return Optional.of(call.make());
        } catch (RpcException e) {
            // Nodes answer a failed look-up of an account with a plain error, too.
            if (e.code() == RpcErrorCode.ACTOR_NOT_FOUND || e.code() == RpcErrorCode.CALL_FAILED) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
