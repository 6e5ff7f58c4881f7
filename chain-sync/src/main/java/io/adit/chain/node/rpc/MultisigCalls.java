package io.adit.chain.node.rpc;

import static io.adit.chain.node.json.JsonTypes.list;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.TIP_SET_KEY;
import static io.adit.chain.node.json.MultisigJson.TRANSACTION;
import static io.adit.chain.node.rpc.RpcCaller.arg;

import io.adit.chain.actor.MultisigTransaction;
import io.adit.chain.node.MultisigApi;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import java.util.List;

/** Multisigs: the part of the catalogue, and the typed methods over it. */
interface MultisigCalls extends MultisigApi, RpcCaller {

    RpcMethod<List<MultisigTransaction>> MSIG_GET_PENDING = RpcMethod.method(
            "MsigGetPending",
            2,
            list(TRANSACTION),
            (node, a) -> node.msigGetPending(a.get(0, ADDRESS), a.get(1, TIP_SET_KEY)));

    List<RpcMethod<?>> METHODS = List.of(MSIG_GET_PENDING);

    @Override
    default List<MultisigTransaction> msigGetPending(Address multisig, TipSetKey key) {
        return call(MSIG_GET_PENDING, arg(ADDRESS, multisig), arg(TIP_SET_KEY, key));
    }
}
