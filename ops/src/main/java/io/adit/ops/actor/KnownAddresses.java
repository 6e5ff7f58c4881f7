package io.adit.ops.actor;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import java.util.List;
import java.util.stream.Collectors;

/** Addresses as the state has them, and as its network writes them. */
record KnownAddresses(FullNode node, Network network) {
    /** By number; the address itself while the chain does not know it, which the rehearsal then says. */
    Address id(Address address) {
        try {
            return node.stateLookupID(address, TipSetKey.EMPTY);
        } catch (RpcException e) {
            if (e.code() == RpcErrorCode.ACTOR_NOT_FOUND || e.code() == RpcErrorCode.CALL_FAILED) {
                return address;
            }
            throw e;
        }
    }

    String text(Address address) {
        return address.toString(network);
    }

    String text(List<Address> addresses) {
        return addresses.stream().map(this::text).collect(Collectors.joining(", "));
    }
}
