package io.adit.devnet.node;

import io.adit.core.fil.Address;
import io.adit.core.keys.PrivateKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The node's own wallet: keys of those who let the node sign. Empty at first, in memory only. */
public final class Wallet {
    private final Map<String, PrivateKey> keys = new ConcurrentSkipListMap<>();

    /** Adds a key. Returns its address. */
    public Address add(PrivateKey key) {
        keys.put(key.address().toString(), key);
        return key.address();
    }

    Optional<PrivateKey> find(Address address) {
        return Optional.ofNullable(keys.get(address.toString()));
    }

    /** The key, or the refusal that Lotus gives without it. */
    PrivateKey key(Address address) {
        return find(address)
                .orElseThrow(() -> Answers.failed("signing using private key '" + address + "': key info not found"));
    }

    List<Address> addresses() {
        return keys.values().stream().map(PrivateKey::address).toList();
    }
}
