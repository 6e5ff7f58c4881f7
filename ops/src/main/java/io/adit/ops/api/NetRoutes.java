package io.adit.ops.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.ops.OpsError;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** How the node is reached by libp2p, what the chain says about that, and what to do where they differ. */
public final class NetRoutes {
    private final Supplier<Optional<NetReport>> net;
    private final FullNode chain;
    private final Address miner;

    public NetRoutes(Supplier<Optional<NetReport>> net, FullNode chain, Address miner) {
        this.net = net;
        this.chain = chain;
        this.miner = miner;
    }

    /** Every route. */
    public List<ApiRoute> all() {
        return List.of(new ApiRoute("GET", "/api/v1/net", (given, body) -> show()));
    }

    private JsonNode show() {
        var report = net.get()
                .orElseThrow(() -> new AditException(
                        OpsError.NODE_REFUSED, "looking at libp2p: the market is closed, /health says why"));
        var info = chain.stateMinerInfo(miner, TipSetKey.EMPTY);
        var onChain = info.multiaddrs().stream().map(NetRoutes::address).toList();
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("peer", report.peer())
                .put("reachability", report.reachability())
                .put("connections", report.connections())
                .put("circuits", report.circuits())
                .put("peerOnChain", info.peerId().orElse(""))
                .put("advice", advice(report, info.peerId(), onChain));
        put(node.putArray("addresses"), texts(report.addresses()));
        put(node.putArray("addressesOnChain"), onChain);
        var slots = node.putArray("slots");
        report.slots()
                .forEach(slot -> slots.addObject()
                        .put("relay", slot.relay().toString())
                        .put("until", slot.expires().toString())
                        .put("limitBytes", slot.limit().bytes())
                        .put("limitSeconds", slot.limit().duration().toSeconds()));
        return node;
    }

    /** What is to be done so that the chain says how the node is reached; empty where it does. */
    private static String advice(NetReport report, Optional<String> peerOnChain, List<String> onChain) {
        if (report.published().isEmpty()) {
            return report.reachability().equals("unknown")
                    ? "wait until an AutoNAT server has answered, or set market.reachability"
                    : "wait until a relay has given a slot; the log says why one does not";
        }
        var wanted = texts(NetReport.forTheChain(report.published().get()));
        if (!peerOnChain.equals(Optional.of(report.peer()))) {
            return "adit actor set-peer-id " + report.peer();
        }
        return onChain.equals(wanted) ? "" : "adit actor set-addrs " + String.join(" ", wanted);
    }

    private static List<String> texts(List<Multiaddr> addresses) {
        return addresses.stream().map(Multiaddr::toString).toList();
    }

    private static void put(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }

    private static String address(byte[] bytes) {
        try {
            return Multiaddr.fromBytes(bytes).toString();
        } catch (MalformedWireException e) {
            return "0x" + HexFormat.of().formatHex(bytes);
        }
    }
}
