package io.adit.devnet.node;

import io.adit.chain.node.Allocation;
import io.adit.chain.node.VerifiedRegistryApi;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;

/** The devnet has no DataCap, so nobody has any and nothing is set aside. */
interface RegistryAnswers extends VerifiedRegistryApi, Answers {
    @Override
    default Optional<BigInteger> stateVerifiedClientStatus(Address client, TipSetKey key) {
        link(key);
        return Optional.empty();
    }

    @Override
    default Optional<Allocation> stateGetAllocation(Address client, long allocationId, TipSetKey key) {
        link(key);
        return Optional.empty();
    }

    @Override
    default Map<Long, Allocation> stateGetAllocations(Address client, TipSetKey key) {
        link(key);
        return Map.of();
    }

    @Override
    default Optional<Allocation> stateGetAllocationForPendingDeal(long dealId, TipSetKey key) {
        link(key);
        return Optional.empty();
    }

    @Override
    default long stateGetAllocationIdForPendingDeal(long dealId, TipSetKey key) {
        link(key);
        return 0;
    }
}
