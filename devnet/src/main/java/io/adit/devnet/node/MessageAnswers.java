package io.adit.devnet.node;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.AddBalanceParams;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.node.MessageApi;
import io.adit.chain.node.MessageSendSpec;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.ExitCode;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.devnet.actor.Vm;
import io.adit.devnet.chain.Chain;
import io.adit.devnet.chain.Link;
import io.adit.devnet.policy.ProtocolLimits;
import io.adit.devnet.pool.MessageRefusedException;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Gas estimates and the message pool. */
interface MessageAnswers extends MessageApi, StateAnswers, WalletAnswers {
    BigInteger PREMIUM = BigInteger.valueOf(100_000);
    /** Lotus's default of 0.07 FIL for a message whose sender names no maximum. */
    TokenAmount DEFAULT_MAX_FEE = new TokenAmount(new BigInteger("70000000000000000"));
    /** A secp256k1 signature on chain: type, 65 bytes and two bytes of CBOR, which the estimate must count. */
    int SIGNATURE_LENGTH = 68;

    int BLOCKS_AHEAD = 20;

    @Override
    default Message gasEstimateMessageGas(Message message, Optional<MessageSendSpec> spec, TipSetKey key) {
        long limit = message.gasLimit();
        if (limit == 0) {
            limit = Math.min(estimate(message, link(key)) * 5 / 4, ProtocolLimits.BLOCK_GAS_LIMIT);
        }
        var premium = message.gasPremium().isZero()
                ? gasEstimateGasPremium(10, message.from(), limit, key)
                : message.gasPremium();
        var priced = priced(message, limit, message.gasFeeCap(), premium);
        var feeCap = message.gasFeeCap().isZero() ? gasEstimateFeeCap(priced, BLOCKS_AHEAD, key) : message.gasFeeCap();
        return capped(priced(message, limit, feeCap, premium), spec);
    }

    private static Message priced(Message message, long limit, TokenAmount feeCap, TokenAmount premium) {
        return new Message(
                message.version(),
                message.to(),
                message.from(),
                message.nonce(),
                message.value(),
                limit,
                feeCap,
                premium,
                message.method(),
                message.params());
    }

    private static Message capped(Message message, Optional<MessageSendSpec> spec) {
        var maxFee =
                spec.map(MessageSendSpec::maxFee).filter(fee -> !fee.isZero()).orElse(DEFAULT_MAX_FEE);
        var most = maxFee.dividedBy(message.gasLimit());
        boolean raise = spec.filter(MessageSendSpec::maximizeFeeCap).isPresent();
        var feeCap = raise ? most : message.gasFeeCap().min(most);
        return priced(message, message.gasLimit(), feeCap, message.gasPremium().min(feeCap));
    }

    /** Gas used by the message after those of the same sender that wait in the pool. */
    private long estimate(Message message, Link link) {
        long epoch = link.height() + 1;
        var tree = Chain.scratch(Answers.after(link));
        var vm = new Vm(ledger().chain().context(link, epoch, BigInteger.ZERO), tree);
        if (tree.resolve(message.from()).isEmpty()) {
            throw Answers.failed("getting key address: " + message.from() + ": actor not found");
        }
        for (var waiting : ledger().pending()) {
            if (waiting.message().from().equals(message.from())) {
                vm.call(waiting.message(), Long.MAX_VALUE, 0);
            }
        }
        var applied = vm.call(message, Long.MAX_VALUE, message.toCbor().length + SIGNATURE_LENGTH);
        long code = applied.receipt().exitCode();
        if (code != 0) {
            throw RpcException.answered(
                    "GasEstimateMessageGas",
                    RpcException.EXECUTION_REVERTED,
                    "message execution failed (exit=[" + name(code) + "], vm error=[" + applied.error() + "])");
        }
        return applied.receipt().gasUsed();
    }

    /** In Go's words: {@code ErrIllegalArgument(16)}; codes of one actor alone have no name there. */
    private static String name(long code) {
        return ExitCode.of(code)
                .map(known -> goName(known.name()) + "(" + code + ")")
                .orElse(Long.toString(code));
    }

    private static String goName(String name) {
        var words = new StringBuilder(name.startsWith("SYS_") ? "SysErr" : "Err");
        for (var word : name.substring(name.indexOf('_') + 1).split("_")) {
            words.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return words.toString();
    }

    @Override
    default long gasEstimateGasLimit(Message message, TipSetKey key) {
        return estimate(message, link(key));
    }

    @Override
    default TokenAmount gasEstimateGasPremium(long blocks, Address sender, long gasLimit, TipSetKey key) {
        return new TokenAmount(PREMIUM.max(ledger().leastPremium()));
    }

    @Override
    default TokenAmount gasEstimateFeeCap(Message message, long maxQueueBlocks, TipSetKey key) {
        var fee = ledger().nextBaseFee();
        for (long block = 0; block < Math.min(maxQueueBlocks, BLOCKS_AHEAD); block++) {
            fee = fee.add(fee.shiftRight(3));
        }
        return new TokenAmount(fee.add(message.gasPremium().atto()));
    }

    @Override
    default long mpoolGetNonce(Address sender) {
        var state = ledger().chain().head().after();
        var keyAddress =
                sender.isKey() ? sender : Answers.actor(state, sender).robust().orElse(sender);
        if (state.resolve(keyAddress).isEmpty()) {
            throw Answers.noActor();
        }
        return ledger().nextNonce(keyAddress);
    }

    @Override
    default Cid mpoolPush(SignedMessage message) {
        try {
            return ledger().push(message);
        } catch (MessageRefusedException refused) {
            throw Answers.failed(String.valueOf(refused.getMessage()));
        }
    }

    /** For senders whose key is in the node's wallet: prices, numbers, signs and pushes. */
    @Override
    default SignedMessage mpoolPushMessage(Message message, Optional<MessageSendSpec> spec) {
        if (message.nonce() != 0) {
            throw Answers.failed("MpoolPushMessage expects message nonce to be 0, was " + message.nonce());
        }
        var from = failing("getting key address: ", () -> stateAccountKey(message.from(), TipSetKey.EMPTY));
        var estimated =
                failing("GasEstimateMessageGas error: ", () -> gasEstimateMessageGas(message, spec, TipSetKey.EMPTY));
        var numbered = new Message(
                estimated.version(),
                estimated.to(),
                from,
                mpoolGetNonce(from),
                estimated.value(),
                estimated.gasLimit(),
                estimated.gasFeeCap(),
                estimated.gasPremium(),
                estimated.method(),
                estimated.params());
        var signed = failing(
                "mpool push: failed to sign message: ",
                () -> new SignedMessage(numbered, signingKey(from).sign(numbered.signingBytes())));
        failing("mpool push: failed to push message: ", () -> mpoolPush(signed));
        return signed;
    }

    private static <T> T failing(String doing, Supplier<T> work) {
        try {
            return work.get();
        } catch (RpcException refused) {
            throw Answers.failed(doing + refused.nodeMessage());
        }
    }

    @Override
    default Cid marketAddBalance(Address wallet, Address owner, TokenAmount amount) {
        var params = new AddBalanceParams(owner).toCbor();
        var message = Message.unpriced(wallet, Actor.MARKET, amount, MarketMethod.ADD_BALANCE.number(), params);
        return mpoolPushMessage(message, Optional.empty()).cid();
    }

    @Override
    default List<SignedMessage> mpoolPending(TipSetKey key) {
        return ledger().pending();
    }

    @Override
    default List<SignedMessage> mpoolSelect(TipSetKey key, double ticketQuality) {
        return ledger().select(link(key));
    }
}
