package io.adit.chain.node.rpc;

import static io.adit.chain.node.json.ChainJson.MESSAGE;
import static io.adit.chain.node.json.ChainJson.SIGNED_MESSAGE;
import static io.adit.chain.node.json.JsonTypes.list;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.json.LotusJson.BYTES;
import static io.adit.chain.node.json.LotusJson.CID;
import static io.adit.chain.node.json.LotusJson.SIGNATURE;
import static io.adit.chain.node.json.LotusJson.TOKEN_AMOUNT;
import static io.adit.chain.node.rpc.RpcCaller.arg;

import io.adit.chain.node.WalletApi;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;
import java.util.List;

/** Balances and the node's own wallet: the part of the catalogue, and the typed methods over it. */
interface WalletCalls extends WalletApi, RpcCaller {

    RpcMethod<TokenAmount> WALLET_BALANCE =
            RpcMethod.method("WalletBalance", 1, TOKEN_AMOUNT, (node, a) -> node.walletBalance(a.get(0, ADDRESS)));

    RpcMethod<Boolean> WALLET_HAS = RpcMethod.<Boolean>method(
                    "WalletHas", 1, BOOL, (node, a) -> node.walletHas(a.get(0, ADDRESS)))
            .needs(Permission.WRITE);

    RpcMethod<List<Address>> WALLET_LIST = RpcMethod.<List<Address>>method(
                    "WalletList", 0, list(ADDRESS), (node, a) -> node.walletList())
            .needs(Permission.WRITE);

    RpcMethod<Signature> WALLET_SIGN = RpcMethod.<Signature>method(
                    "WalletSign", 2, SIGNATURE, (node, a) -> node.walletSign(a.get(0, ADDRESS), a.get(1, BYTES)))
            .needs(Permission.SIGN);

    RpcMethod<SignedMessage> WALLET_SIGN_MESSAGE = RpcMethod.<SignedMessage>method(
                    "WalletSignMessage",
                    2,
                    SIGNED_MESSAGE,
                    (node, a) -> node.walletSignMessage(a.get(0, ADDRESS), a.get(1, MESSAGE)))
            .needs(Permission.SIGN);

    RpcMethod<Cid> MARKET_ADD_BALANCE = RpcMethod.<Cid>method(
                    "MarketAddBalance",
                    3,
                    CID,
                    (node, a) -> node.marketAddBalance(a.get(0, ADDRESS), a.get(1, ADDRESS), a.get(2, TOKEN_AMOUNT)))
            .needs(Permission.SIGN);

    List<RpcMethod<?>> METHODS =
            List.of(WALLET_BALANCE, WALLET_HAS, WALLET_LIST, WALLET_SIGN, WALLET_SIGN_MESSAGE, MARKET_ADD_BALANCE);

    @Override
    default TokenAmount walletBalance(Address address) {
        return call(WALLET_BALANCE, arg(ADDRESS, address));
    }

    @Override
    default Cid marketAddBalance(Address wallet, Address owner, TokenAmount amount) {
        return call(MARKET_ADD_BALANCE, arg(ADDRESS, wallet), arg(ADDRESS, owner), arg(TOKEN_AMOUNT, amount));
    }

    @Override
    default boolean walletHas(Address address) {
        return call(WALLET_HAS, arg(ADDRESS, address));
    }

    @Override
    default List<Address> walletList() {
        return call(WALLET_LIST);
    }

    @Override
    default Signature walletSign(Address signer, byte[] data) {
        return call(WALLET_SIGN, arg(ADDRESS, signer), arg(BYTES, data));
    }

    @Override
    default SignedMessage walletSignMessage(Address signer, Message message) {
        return call(WALLET_SIGN_MESSAGE, arg(ADDRESS, signer), arg(MESSAGE, message));
    }
}
