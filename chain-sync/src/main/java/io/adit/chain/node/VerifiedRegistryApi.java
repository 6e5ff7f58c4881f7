package io.adit.chain.node;

import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;

/** DataCap and what was set aside of it: legacy since FIP-0118, for explaining old deals. */
public interface VerifiedRegistryApi {

    /** Lotus {@code StateVerifiedClientStatus}: bytes of DataCap left to a client; empty for one without. */
    Optional<BigInteger> stateVerifiedClientStatus(Address client, TipSetKey key);

    /** Lotus {@code StateGetAllocation}; empty where there is none. */
    Optional<Allocation> stateGetAllocation(Address client, long allocationId, TipSetKey key);

    /** Lotus {@code StateGetAllocations}: all of a client, by ID. */
    Map<Long, Allocation> stateGetAllocations(Address client, TipSetKey key);

    /** Lotus {@code StateGetAllocationForPendingDeal}: of a deal that is published and not yet active. */
    Optional<Allocation> stateGetAllocationForPendingDeal(long dealId, TipSetKey key);

    /** Lotus {@code StateGetAllocationIdForPendingDeal}; 0 where there is none. */
    long stateGetAllocationIdForPendingDeal(long dealId, TipSetKey key);
}
