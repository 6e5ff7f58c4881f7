package io.adit.chain.node.rpc;

import static io.adit.chain.node.json.JsonTypes.nullable;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.BIG_INTEGER;
import static io.adit.chain.node.json.LotusJson.TIP_SET_KEY;
import static io.adit.chain.node.json.LotusJson.UINT64;
import static io.adit.chain.node.json.RegistryJson.ALLOCATION;
import static io.adit.chain.node.json.RegistryJson.ALLOCATIONS;
import static io.adit.chain.node.rpc.RpcCaller.arg;

import io.adit.chain.node.Allocation;
import io.adit.chain.node.VerifiedRegistryApi;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** State of the verified registry: the part of the catalogue, and the typed methods over it. */
interface VerifiedRegistryCalls extends VerifiedRegistryApi, RpcCaller {

    RpcMethod<Optional<BigInteger>> STATE_VERIFIED_CLIENT_STATUS = RpcMethod.method(
            "StateVerifiedClientStatus",
            2,
            nullable(BIG_INTEGER),
            (node, a) -> node.stateVerifiedClientStatus(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<Optional<Allocation>> STATE_GET_ALLOCATION = RpcMethod.method(
            "StateGetAllocation",
            3,
            nullable(ALLOCATION),
            (node, a) -> node.stateGetAllocation(a.get(0, ADDRESS), a.get(1, UINT64), a.get(2, TIP_SET_KEY)));

    RpcMethod<Map<Long, Allocation>> STATE_GET_ALLOCATIONS = RpcMethod.<Map<Long, Allocation>>method(
                    "StateGetAllocations",
                    2,
                    ALLOCATIONS,
                    (node, a) -> node.stateGetAllocations(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<Optional<Allocation>> STATE_GET_ALLOCATION_FOR_PENDING_DEAL = RpcMethod.method(
            "StateGetAllocationForPendingDeal",
            2,
            nullable(ALLOCATION),
            (node, a) -> node.stateGetAllocationForPendingDeal(a.get(0, UINT64), a.get(1, TIP_SET_KEY)));

    RpcMethod<Long> STATE_GET_ALLOCATION_ID_FOR_PENDING_DEAL = RpcMethod.method(
            "StateGetAllocationIdForPendingDeal",
            2,
            UINT64,
            (node, a) -> node.stateGetAllocationIdForPendingDeal(a.get(0, UINT64), a.get(1, TIP_SET_KEY)));

    List<RpcMethod<?>> METHODS = List.of(
            STATE_VERIFIED_CLIENT_STATUS,
            STATE_GET_ALLOCATION,
            STATE_GET_ALLOCATIONS,
            STATE_GET_ALLOCATION_FOR_PENDING_DEAL,
            STATE_GET_ALLOCATION_ID_FOR_PENDING_DEAL);

    @Override
    default Optional<BigInteger> stateVerifiedClientStatus(Address client, TipSetKey key) {
        return call(STATE_VERIFIED_CLIENT_STATUS, arg(ADDRESS, client), arg(TIP_SET_KEY, key));
    }

    @Override
    default Optional<Allocation> stateGetAllocation(Address client, long allocationId, TipSetKey key) {
        return call(STATE_GET_ALLOCATION, arg(ADDRESS, client), arg(UINT64, allocationId), arg(TIP_SET_KEY, key));
    }

    @Override
    default Map<Long, Allocation> stateGetAllocations(Address client, TipSetKey key) {
        return call(STATE_GET_ALLOCATIONS, arg(ADDRESS, client), arg(TIP_SET_KEY, key));
    }

    @Override
    default Optional<Allocation> stateGetAllocationForPendingDeal(long dealId, TipSetKey key) {
        return call(STATE_GET_ALLOCATION_FOR_PENDING_DEAL, arg(UINT64, dealId), arg(TIP_SET_KEY, key));
    }

    @Override
    default long stateGetAllocationIdForPendingDeal(long dealId, TipSetKey key) {
        return call(STATE_GET_ALLOCATION_ID_FOR_PENDING_DEAL, arg(UINT64, dealId), arg(TIP_SET_KEY, key));
    }
}
