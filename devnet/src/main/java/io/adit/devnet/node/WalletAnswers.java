package io.adit.devnet.node;

import io.adit.chain.node.RpcException;
import io.adit.chain.node.WalletApi;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import java.math.BigInteger;
import java.util.List;

/** The node's wallet. Providers of this house sign for themselves, so it is empty unless a key is put there. */
interface WalletAnswers extends WalletApi, Answers {
    /** The node's own wallet. */
    Wallet wallet();

    @Override
    default TokenAmount walletBalance(Address address) {
        var state = state(TipSetKey.EMPTY);
        return new TokenAmount(state.resolve(address).map(state::balance).orElse(BigInteger.ZERO));
    }

    @Override
    default boolean walletHas(Address address) {
        return wallet().find(address).isPresent();
    }

    @Override
    default List<Address> walletList() {
        return wallet().addresses();
    }

    /** The key of an account, named by its key address or by its ID. */
    default PrivateKey signingKey(Address signer) {
        return wallet().key(keyAddress(signer));
    }

    /** The key address of an account. */
    default Address keyAddress(Address account) {
        return account.isKey()
                ? account
                : Answers.actor(state(TipSetKey.EMPTY), account).robust().orElse(account);
    }

    @Override
    default Signature walletSign(Address signer, byte[] data) {
        return signingKey(signer).sign(data);
    }

    @Override
    default SignedMessage walletSignMessage(Address signer, Message message) {
        try {
            return new SignedMessage(message, signingKey(signer).sign(message.signingBytes()));
        } catch (RpcException refused) {
            throw Answers.failed("failed to sign message: " + refused.nodeMessage());
        }
    }
}
