package io.adit.devnet.node;

import io.adit.chain.node.WalletApi;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Signature;
import java.util.List;

/** The node's wallet is empty: providers sign for themselves. */
interface WalletAnswers extends WalletApi, Answers {
    @Override
    default TokenAmount walletBalance(Address address) {
        var state = state(TipSetKey.EMPTY);
        return new TokenAmount(state.resolve(address).map(state::balance).orElse(java.math.BigInteger.ZERO));
    }

    @Override
    default boolean walletHas(Address address) {
        return false;
    }

    @Override
    default List<Address> walletList() {
        return List.of();
    }

    @Override
    default Signature walletSign(Address signer, byte[] data) {
        throw Answers.failed("key not found: " + signer);
    }

    @Override
    default SignedMessage walletSignMessage(Address signer, Message message) {
        throw Answers.failed("failed to sign message: key not found: " + signer);
    }
}
