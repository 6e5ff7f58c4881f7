package io.adit.simulation;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.keys.KeyErrorCode;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The provider's keys: the worker's, and those of its control addresses. */
final class SimulatedKeys implements Signer {
    private final Map<Address, PrivateKey> keys = new LinkedHashMap<>();

    SimulatedKeys(PrivateKey worker, List<PrivateKey> control) {
        keys.put(worker.address(), worker);
        control.forEach(key -> keys.put(key.address(), key));
    }

    @Override
    public Set<Address> addresses() {
        return Set.copyOf(keys.keySet());
    }

    @Override
    public Signature sign(Address address, byte[] message) {
        var key = keys.get(address);
        if (key == null) {
            throw new AditException(KeyErrorCode.KEY_UNKNOWN, "signing with " + address + ": it is not the provider's");
        }
        return key.sign(message);
    }
}
