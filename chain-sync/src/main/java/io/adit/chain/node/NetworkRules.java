package io.adit.chain.node;

import io.adit.chain.actor.ActorCodes;
import io.adit.chain.actor.NetworkPolicy;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out by which rules a chain runs a miner, and whether Adit knows them. */
public final class NetworkRules {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkRules.class);

    private NetworkRules() {}

    /**
     * The rules at the node's head. Rules that are newer than what Adit knows, and actors of no published bundle, are logged as
     * errors and do not stop anything: a provider that does not prove loses more than one whose message is refused.
     *
     * @throws AditException {@link NetworkErrorCode#NETWORK_TOO_OLD}, or the node's own
     */
    public static NetworkPolicy of(FullNode node, Address miner) {
        long version = node.stateNetworkVersion(TipSetKey.EMPTY);
        if (version < NetworkPolicy.OLDEST_NETWORK_VERSION) {
            throw new AditException(
                    NetworkErrorCode.NETWORK_TOO_OLD,
                    "The chain of the full node is at network version %d, but the oldest that Adit knows is %d"
                            .formatted(version, NetworkPolicy.OLDEST_NETWORK_VERSION));
        }
        if (version > NetworkPolicy.NEWEST_NETWORK_VERSION) {
            LOG.error(
                    "The chain is at network version {}, but the newest that Adit knows is {}: update Adit",
                    version,
                    NetworkPolicy.NEWEST_NETWORK_VERSION);
        }
        var code = node.stateGetActor(miner, TipSetKey.EMPTY)
                .orElseThrow(() -> new AditException(
                        RpcErrorCode.ACTOR_NOT_FOUND, "Looking for miner " + miner + ": the chain has no such actor"))
                .code();
        var actors = ActorCodes.load();
        if (actors.find(code).isEmpty()) {
            LOG.warn(
                    "The code of miner {} ({}) is in no actor bundle that Adit knows; going by network version {}",
                    miner,
                    code,
                    version);
        }
        var policy = NetworkPolicy.of(version, actors.actorsVersion(code));
        LOG.info("Network version {}, rules of actors v{}", version, policy.actorsVersion());
        return policy;
    }
}
