package io.adit.market.deal;

import io.adit.core.fil.Address;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Keys in memory, the same in every run. */
public final class TestKeys implements Signer {
    private final Map<Address, PrivateKey> keys = new HashMap<>();

    public static PrivateKey key(SignatureType type, int seed) {
        var secret = new byte[32];
        Arrays.fill(secret, (byte) seed);
        return PrivateKey.of(type, secret);
    }

    public TestKeys with(PrivateKey key) {
        keys.put(key.address(), key);
        return this;
    }

    @Override
    public Set<Address> addresses() {
        return keys.keySet();
    }

    @Override
    public Signature sign(Address address, byte[] message) {
        return Objects.requireNonNull(keys.get(address)).sign(message);
    }
}
