package io.adit.sealing;

import io.adit.chain.signer.SignerRefusedException;
import io.adit.chain.type.Message;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.keys.SigningContent;
import io.adit.core.keys.SigningKind;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** One key in memory. */
public final class FakeSigner implements Signer {

    private final PrivateKey key;
    private volatile Optional<TokenAmount> mostValue = Optional.empty();

    public FakeSigner() {
        this(SignatureType.SECP256K1, 7);
    }

    public FakeSigner(SignatureType type, int secretByte) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) secretByte);
        this.key = PrivateKey.of(type, secret);
    }

    /** From now on refuses messages that send more, as the policy of a signer process does. */
    public void allowAtMost(TokenAmount value) {
        mostValue = Optional.of(value);
    }

    public Address address() {
        return key.address();
    }

    @Override
    public Set<Address> addresses() {
        return Set.of(key.address());
    }

    @Override
    public Signature sign(Address address, byte[] message) {
        return key.sign(message);
    }

    @Override
    public Signature sign(Address address, SigningContent content) {
        if (content.kind() == SigningKind.MESSAGE) {
            TokenAmount value = Message.fromCbor(content.content()).value();
            mostValue.filter(most -> value.compareTo(most) > 0).ifPresent(most -> {
                throw new SignerRefusedException("messages.max-value", most.toString(), value.toString());
            });
        }
        return Signer.super.sign(address, content);
    }
}
