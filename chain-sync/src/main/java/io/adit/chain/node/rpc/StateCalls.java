package io.adit.chain.node.rpc;

import static io.adit.chain.node.json.ChainJson.BEACON_ENTRY;
import static io.adit.chain.node.json.ChainJson.MESSAGE;
import static io.adit.chain.node.json.ChainJson.MESSAGE_LOOKUP;
import static io.adit.chain.node.json.JsonTypes.listOrNull;
import static io.adit.chain.node.json.JsonTypes.nullable;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.BOOL;
import static io.adit.chain.node.json.LotusJson.BYTES;
import static io.adit.chain.node.json.LotusJson.CID;
import static io.adit.chain.node.json.LotusJson.EPOCH;
import static io.adit.chain.node.json.LotusJson.INT64;
import static io.adit.chain.node.json.LotusJson.RANDOMNESS;
import static io.adit.chain.node.json.LotusJson.TEXT;
import static io.adit.chain.node.json.LotusJson.TIP_SET_KEY;
import static io.adit.chain.node.json.LotusJson.TOKEN_AMOUNT;
import static io.adit.chain.node.json.LotusJson.UINT64;
import static io.adit.chain.node.json.StateJson.ACTOR;
import static io.adit.chain.node.json.StateJson.CIRCULATING_SUPPLY;
import static io.adit.chain.node.json.StateJson.CODE_CIDS;
import static io.adit.chain.node.json.StateJson.INVOCATION_RESULT;
import static io.adit.chain.node.json.StateJson.MESSAGE_MATCH;
import static io.adit.chain.node.json.StateJson.NETWORK_PARAMS;
import static io.adit.chain.node.json.StateJson.NODE_VERSION;
import static io.adit.chain.node.json.StateJson.READ_STATE;
import static io.adit.chain.node.rpc.RpcCaller.arg;

import io.adit.chain.node.ActorState;
import io.adit.chain.node.CirculatingSupply;
import io.adit.chain.node.InvocationResult;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.node.MessageMatch;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.node.NodeVersion;
import io.adit.chain.node.ReadState;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.node.StateApi;
import io.adit.chain.type.BeaconEntry;
import io.adit.chain.type.Message;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Actors, randomness and executed messages: the part of the catalogue, and the typed methods over it. */
interface StateCalls extends StateApi, RpcCaller {

    RpcMethod<NodeVersion> VERSION = RpcMethod.method("Version", 0, NODE_VERSION, (node, a) -> node.version());

    RpcMethod<String> STATE_NETWORK_NAME =
            RpcMethod.method("StateNetworkName", 0, TEXT, (node, a) -> node.stateNetworkName());

    RpcMethod<Long> STATE_NETWORK_VERSION = RpcMethod.method(
            "StateNetworkVersion", 1, UINT64, (node, a) -> node.stateNetworkVersion(a.get(0, TIP_SET_KEY)));

    RpcMethod<NetworkParams> STATE_GET_NETWORK_PARAMS =
            RpcMethod.method("StateGetNetworkParams", 0, NETWORK_PARAMS, (node, a) -> node.stateGetNetworkParams());

    RpcMethod<Map<String, Cid>> STATE_ACTOR_CODE_CIDS = RpcMethod.method(
            "StateActorCodeCIDs", 1, CODE_CIDS, (node, a) -> node.stateActorCodeCIDs(a.get(0, UINT64)));

    RpcMethod<Optional<ActorState>> STATE_GET_ACTOR = RpcMethod.method(
            "StateGetActor",
            2,
            nullable(ACTOR),
            (node, a) -> Serving.actorOrError(node.stateGetActor(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY))));

    RpcMethod<ReadState> STATE_READ_STATE = RpcMethod.method(
            "StateReadState",
            2,
            READ_STATE,
            (node, a) -> node.stateReadState(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<List<Address>> STATE_LIST_MINERS = RpcMethod.<List<Address>>method(
                    "StateListMiners", 1, listOrNull(ADDRESS), (node, a) -> node.stateListMiners(a.get(0, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<Address> STATE_LOOKUP_ID = RpcMethod.method(
            "StateLookupID", 2, ADDRESS, (node, a) -> node.stateLookupID(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<Address> STATE_ACCOUNT_KEY = RpcMethod.method(
            "StateAccountKey", 2, ADDRESS, (node, a) -> node.stateAccountKey(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    RpcMethod<Address> STATE_LOOKUP_ROBUST_ADDRESS = RpcMethod.<Address>method(
                    "StateLookupRobustAddress",
                    2,
                    ADDRESS,
                    (node, a) -> node.stateLookupRobustAddress(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<InvocationResult> STATE_CALL = RpcMethod.<InvocationResult>method(
                    "StateCall",
                    2,
                    INVOCATION_RESULT,
                    (node, a) -> node.stateCall(a.get(0, MESSAGE), a.get(1, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<InvocationResult> STATE_REPLAY = RpcMethod.<InvocationResult>method(
                    "StateReplay",
                    2,
                    INVOCATION_RESULT,
                    (node, a) -> node.stateReplay(a.get(0, TIP_SET_KEY), a.get(1, CID)))
            .in(CallClass.COMPUTE);

    RpcMethod<List<Cid>> STATE_LIST_MESSAGES = RpcMethod.<List<Cid>>method(
                    "StateListMessages",
                    3,
                    listOrNull(CID),
                    (node, a) ->
                            node.stateListMessages(a.get(0, MESSAGE_MATCH), a.get(1, TIP_SET_KEY), a.get(2, EPOCH)))
            .in(CallClass.COMPUTE);

    RpcMethod<Optional<MessageLookup>> STATE_SEARCH_MSG = RpcMethod.<Optional<MessageLookup>>method(
                    "StateSearchMsg",
                    4,
                    nullable(MESSAGE_LOOKUP),
                    (node, a) ->
                            node.stateSearchMsg(a.get(0, TIP_SET_KEY), a.get(1, CID), a.get(2, INT64), a.get(3, BOOL)))
            .in(CallClass.COMPUTE);

    RpcMethod<MessageLookup> STATE_WAIT_MSG = RpcMethod.<MessageLookup>method(
                    "StateWaitMsg",
                    4,
                    MESSAGE_LOOKUP,
                    (node, a) -> node.stateWaitMsg(a.get(0, CID), a.get(1, UINT64), a.get(2, INT64), a.get(3, BOOL)))
            .in(CallClass.WAIT);

    RpcMethod<Randomness> STATE_GET_RANDOMNESS_FROM_TICKETS = RpcMethod.method(
            "StateGetRandomnessFromTickets",
            4,
            RANDOMNESS,
            (node, a) -> node.stateGetRandomnessFromTickets(
                    a.get(0, INT64), a.get(1, EPOCH), a.get(2, BYTES), a.get(3, TIP_SET_KEY)));

    RpcMethod<Randomness> STATE_GET_RANDOMNESS_FROM_BEACON = RpcMethod.method(
            "StateGetRandomnessFromBeacon",
            4,
            RANDOMNESS,
            (node, a) -> node.stateGetRandomnessFromBeacon(
                    a.get(0, INT64), a.get(1, EPOCH), a.get(2, BYTES), a.get(3, TIP_SET_KEY)));

    RpcMethod<Randomness> STATE_GET_RANDOMNESS_DIGEST_FROM_TICKETS = RpcMethod.method(
            "StateGetRandomnessDigestFromTickets",
            2,
            RANDOMNESS,
            (node, a) -> node.stateGetRandomnessDigestFromTickets(a.get(0, EPOCH), a.get(1, TIP_SET_KEY)));

    RpcMethod<Randomness> STATE_GET_RANDOMNESS_DIGEST_FROM_BEACON = RpcMethod.method(
            "StateGetRandomnessDigestFromBeacon",
            2,
            RANDOMNESS,
            (node, a) -> node.stateGetRandomnessDigestFromBeacon(a.get(0, EPOCH), a.get(1, TIP_SET_KEY)));

    RpcMethod<BeaconEntry> STATE_GET_BEACON_ENTRY = RpcMethod.<BeaconEntry>method(
                    "StateGetBeaconEntry", 1, BEACON_ENTRY, (node, a) -> node.stateGetBeaconEntry(a.get(0, EPOCH)))
            .in(CallClass.WAIT);

    RpcMethod<TokenAmount> STATE_CIRCULATING_SUPPLY = RpcMethod.<TokenAmount>method(
                    "StateCirculatingSupply",
                    1,
                    TOKEN_AMOUNT,
                    (node, a) -> node.stateCirculatingSupply(a.get(0, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    RpcMethod<CirculatingSupply> STATE_VMCIRCULATING_SUPPLY_INTERNAL = RpcMethod.<CirculatingSupply>method(
                    "StateVMCirculatingSupplyInternal",
                    1,
                    CIRCULATING_SUPPLY,
                    (node, a) -> node.stateVMCirculatingSupplyInternal(a.get(0, TIP_SET_KEY)))
            .in(CallClass.COMPUTE);

    List<RpcMethod<?>> METHODS = List.of(
            VERSION,
            STATE_NETWORK_NAME,
            STATE_NETWORK_VERSION,
            STATE_GET_NETWORK_PARAMS,
            STATE_ACTOR_CODE_CIDS,
            STATE_GET_ACTOR,
            STATE_READ_STATE,
            STATE_LIST_MINERS,
            STATE_LOOKUP_ID,
            STATE_ACCOUNT_KEY,
            STATE_LOOKUP_ROBUST_ADDRESS,
            STATE_CALL,
            STATE_REPLAY,
            STATE_LIST_MESSAGES,
            STATE_SEARCH_MSG,
            STATE_WAIT_MSG,
            STATE_GET_RANDOMNESS_FROM_TICKETS,
            STATE_GET_RANDOMNESS_FROM_BEACON,
            STATE_GET_RANDOMNESS_DIGEST_FROM_TICKETS,
            STATE_GET_RANDOMNESS_DIGEST_FROM_BEACON,
            STATE_GET_BEACON_ENTRY,
            STATE_CIRCULATING_SUPPLY,
            STATE_VMCIRCULATING_SUPPLY_INTERNAL);

    /** See {@link io.adit.chain.node.FullNode#version()}. */
    default NodeVersion version() {
        return call(VERSION);
    }

    @Override
    default String stateNetworkName() {
        return call(STATE_NETWORK_NAME);
    }

    @Override
    default long stateNetworkVersion(TipSetKey key) {
        return call(STATE_NETWORK_VERSION, arg(TIP_SET_KEY, key));
    }

    @Override
    default NetworkParams stateGetNetworkParams() {
        return call(STATE_GET_NETWORK_PARAMS);
    }

    @Override
    default Map<String, Cid> stateActorCodeCIDs(long networkVersion) {
        return call(STATE_ACTOR_CODE_CIDS, arg(UINT64, networkVersion));
    }

    @Override
    default ReadState stateReadState(Address actor, TipSetKey key) {
        return call(STATE_READ_STATE, arg(ADDRESS, actor), arg(TIP_SET_KEY, key));
    }

    @Override
    default Optional<ActorState> stateGetActor(Address actor, TipSetKey key) {
        try {
            return call(STATE_GET_ACTOR, arg(ADDRESS, actor), arg(TIP_SET_KEY, key));
        } catch (RpcException e) {
            if (e.code() == RpcErrorCode.ACTOR_NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    default List<Address> stateListMiners(TipSetKey key) {
        return call(STATE_LIST_MINERS, arg(TIP_SET_KEY, key));
    }

    @Override
    default Address stateLookupID(Address address, TipSetKey key) {
        return call(STATE_LOOKUP_ID, arg(ADDRESS, address), arg(TIP_SET_KEY, key));
    }

    @Override
    default Address stateAccountKey(Address account, TipSetKey key) {
        return call(STATE_ACCOUNT_KEY, arg(ADDRESS, account), arg(TIP_SET_KEY, key));
    }

    @Override
    default Address stateLookupRobustAddress(Address idAddress, TipSetKey key) {
        return call(STATE_LOOKUP_ROBUST_ADDRESS, arg(ADDRESS, idAddress), arg(TIP_SET_KEY, key));
    }

    @Override
    default InvocationResult stateCall(Message message, TipSetKey key) {
        return call(STATE_CALL, arg(MESSAGE, message), arg(TIP_SET_KEY, key));
    }

    @Override
    default InvocationResult stateReplay(TipSetKey key, Cid message) {
        return call(STATE_REPLAY, arg(TIP_SET_KEY, key), arg(CID, message));
    }

    @Override
    default List<Cid> stateListMessages(MessageMatch match, TipSetKey key, Epoch lowest) {
        return call(STATE_LIST_MESSAGES, arg(MESSAGE_MATCH, match), arg(TIP_SET_KEY, key), arg(EPOCH, lowest));
    }

    @Override
    default Optional<MessageLookup> stateSearchMsg(TipSetKey from, Cid message, long lookback, boolean allowReplaced) {
        try {
            return call(
                    STATE_SEARCH_MSG,
                    arg(TIP_SET_KEY, from),
                    arg(CID, message),
                    arg(INT64, lookback),
                    arg(BOOL, allowReplaced));
        } catch (RpcException e) {
            // A node that never saw the message says so with an error and not with null; it has no code of its own.
            if (e.code() == RpcErrorCode.CALL_FAILED && e.nodeMessage().contains("could not find " + message)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    default MessageLookup stateWaitMsg(Cid message, long confidence, long lookback, boolean allowReplaced) {
        return call(
                STATE_WAIT_MSG,
                arg(CID, message),
                arg(UINT64, confidence),
                arg(INT64, lookback),
                arg(BOOL, allowReplaced));
    }

    @Override
    default Randomness stateGetRandomnessFromTickets(long domainTag, Epoch epoch, byte[] entropy, TipSetKey key) {
        return call(
                STATE_GET_RANDOMNESS_FROM_TICKETS,
                arg(INT64, domainTag),
                arg(EPOCH, epoch),
                arg(BYTES, entropy),
                arg(TIP_SET_KEY, key));
    }

    @Override
    default Randomness stateGetRandomnessFromBeacon(long domainTag, Epoch epoch, byte[] entropy, TipSetKey key) {
        return call(
                STATE_GET_RANDOMNESS_FROM_BEACON,
                arg(INT64, domainTag),
                arg(EPOCH, epoch),
                arg(BYTES, entropy),
                arg(TIP_SET_KEY, key));
    }

    @Override
    default Randomness stateGetRandomnessDigestFromTickets(Epoch epoch, TipSetKey key) {
        return call(STATE_GET_RANDOMNESS_DIGEST_FROM_TICKETS, arg(EPOCH, epoch), arg(TIP_SET_KEY, key));
    }

    @Override
    default Randomness stateGetRandomnessDigestFromBeacon(Epoch epoch, TipSetKey key) {
        return call(STATE_GET_RANDOMNESS_DIGEST_FROM_BEACON, arg(EPOCH, epoch), arg(TIP_SET_KEY, key));
    }

    @Override
    default BeaconEntry stateGetBeaconEntry(Epoch epoch) {
        return call(STATE_GET_BEACON_ENTRY, arg(EPOCH, epoch));
    }

    @Override
    default TokenAmount stateCirculatingSupply(TipSetKey key) {
        return call(STATE_CIRCULATING_SUPPLY, arg(TIP_SET_KEY, key));
    }

    @Override
    default CirculatingSupply stateVMCirculatingSupplyInternal(TipSetKey key) {
        return call(STATE_VMCIRCULATING_SUPPLY_INTERNAL, arg(TIP_SET_KEY, key));
    }
}
