package io.adit.chain.node;

import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;
import java.util.List;

/** Balances, and the node's own wallet for those who want keys to stay there (Lotus {@code Wallet*}). */
public interface WalletApi {

    /** Lotus {@code WalletBalance}: an address's balance at the present head; zero for an unknown one. */
    TokenAmount walletBalance(Address address);

    /** Lotus {@code WalletHas}: whether the node's wallet holds the key. */
    boolean walletHas(Address address);

    /** Lotus {@code WalletList}: key addresses in the node's wallet. */
    List<Address> walletList();

    /** Lotus {@code WalletSign}: signs bytes. */
    Signature walletSign(Address signer, byte[] data);

    /** Lotus {@code WalletSignMessage}: signs a message whose nonce and gas are set. */
    SignedMessage walletSignMessage(Address signer, Message message);

    /**
     * Lotus {@code MarketAddBalance}: moves money of a wallet's key into the market's escrow.
     *
     * @param owner whose escrow
     * @return CID of the message
     */
    Cid marketAddBalance(Address wallet, Address owner, TokenAmount amount);
}
