package io.adit.devnet.node;

import io.adit.chain.node.EthApi;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.eth.EthAddress;
import io.adit.chain.node.eth.EthBlock;
import io.adit.chain.node.eth.EthBlockParam;
import io.adit.chain.node.eth.EthCall;
import io.adit.chain.node.eth.EthHash;
import io.adit.chain.node.eth.EthLog;
import io.adit.chain.node.eth.EthLogFilter;
import io.adit.chain.node.eth.EthReceipt;
import io.adit.chain.node.eth.EthTransaction;
import io.adit.chain.node.rpc.RpcDispatcher;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.devnet.actor.ActorEntry;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.chain.Link;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the Ethereum face can say of a chain without an EVM: figures, balances and nonces. Whatever needs contracts or the form of a
 * transaction is answered as by a node that has no such method.
 */
interface EthAnswers extends EthApi, StateAnswers, MessageAnswers {

    @Override
    default long ethChainId() {
        return stateGetNetworkParams().eip155ChainId();
    }

    @Override
    default Epoch ethBlockNumber() {
        return new Epoch(executed().height());
    }

    /** The last tipset whose messages a later one has run. */
    private Link executed() {
        var head = ledger().shownHead();
        return head.parent().orElse(head);
    }

    @Override
    default TokenAmount ethGasPrice() {
        var baseFee = ledger().shownHead().tipSet().blocks().getFirst().parentBaseFee();
        return new TokenAmount(baseFee.atto().add(ethMaxPriorityFeePerGas().atto()));
    }

    @Override
    default TokenAmount ethMaxPriorityFeePerGas() {
        return gasEstimateGasPremium(0, Address.ofId(0), 10_000, TipSetKey.EMPTY);
    }

    @Override
    default long ethGetTransactionCount(EthAddress account, EthBlockParam block) {
        if (block == EthBlockParam.Named.PENDING) {
            return mpoolGetNonce(account.toFilecoin());
        }
        return entry(account, block).map(ActorEntry::nonce).orElse(0L);
    }

    @Override
    default TokenAmount ethGetBalance(EthAddress account, EthBlockParam block) {
        return new TokenAmount(entry(account, block).map(ActorEntry::balance).orElse(BigInteger.ZERO));
    }

    private Optional<ActorEntry> entry(EthAddress account, EthBlockParam block) {
        StateTree state = Answers.after(at(block));
        return state.resolve(account.toFilecoin()).flatMap(state::find);
    }

    private Link at(EthBlockParam block) {
        return switch (block) {
            case EthBlockParam.Named named ->
                switch (named) {
                    case PENDING -> ledger().shownHead();
                    case LATEST -> executed();
                    case EARLIEST -> throw Answers.failed("block param \"earliest\" is not supported");
                    case SAFE, FINALIZED ->
                        throw Answers.failed(
                                "unknown predefined block " + named.name().toLowerCase(Locale.ROOT));
                };
            case EthBlockParam.AtEpoch number -> byNumber(number.epoch());
            case EthBlockParam.Hash hash -> byHash(hash.hash());
        };
    }

    private Link byNumber(Epoch epoch) {
        var head = ledger().shownHead();
        if (epoch.value() > head.height() - 1) {
            throw Answers.failed("requested a future epoch (beyond 'latest')");
        }
        return head.ancestorAt(epoch.value());
    }

    private Link byHash(EthHash hash) {
        var link = Optional.of(ledger().shownHead());
        while (link.isPresent()) {
            if (EthHash.of(link.get().tipSet().key().cid().multihash().digest()).equals(hash)) {
                return link.get();
            }
            link = link.get().parent();
        }
        throw Answers.failed("cannot get tipset by hash: " + hash);
    }

    private static RpcException absent(String name) {
        return RpcException.answered(name, RpcDispatcher.METHOD_NOT_FOUND, "method 'Filecoin." + name + "' not found");
    }

    @Override
    default Optional<EthBlock> ethGetBlockByNumber(EthBlockParam block, boolean wholeTransactions) {
        throw absent("EthGetBlockByNumber");
    }

    @Override
    default byte[] ethCall(EthCall call, EthBlockParam block) {
        throw absent("EthCall");
    }

    @Override
    default long ethEstimateGas(EthCall call) {
        throw absent("EthEstimateGas");
    }

    @Override
    default EthHash ethSendRawTransaction(byte[] transaction) {
        throw absent("EthSendRawTransaction");
    }

    @Override
    default Optional<EthReceipt> ethGetTransactionReceipt(EthHash transaction) {
        throw absent("EthGetTransactionReceipt");
    }

    @Override
    default Optional<EthTransaction> ethGetTransactionByHash(EthHash transaction) {
        throw absent("EthGetTransactionByHash");
    }

    @Override
    default List<EthLog> ethGetLogs(EthLogFilter filter) {
        throw absent("EthGetLogs");
    }
}
