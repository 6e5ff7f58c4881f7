package io.adit.ops.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.node.NetworkRules;
import io.adit.chain.node.json.StateJson;
import io.adit.chain.type.TipSetKey;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signer;
import io.adit.ops.OpsError;
import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * What the chain says of a miner and every room of its node is built on. All but the worker stays the same for as long as the miner
 * lives, so it is as true at the next start.
 *
 * @param network by whose custom addresses are written
 * @param miner the ID address
 * @param worker the worker's key address
 * @param params genesis and block time
 * @param genesis the genesis block
 */
@RecordBuilder
record MinerFacts(
        Network network, Address miner, SectorSize sectorSize, Address worker, NetworkParams params, Cid genesis)
        implements MinerFactsBuilder.With {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Asks the full node.
     *
     * @param signer must have the worker's key
     * @throws AditException {@link OpsError#WRONG_CHAIN}, {@link OpsError#WORKER_KEY_MISSING}, or the full node's
     */
    static MinerFacts ask(FullNode chain, NodeConfig config, NodeHome home, Signer signer) {
        var name = chain.stateNetworkName();
        requireNetwork(config, FullNodes.networkNamed(name), " (" + name + ")");
        var miner = chain.stateLookupID(Address.parse(home.read(home.minerFile())), TipSetKey.EMPTY);
        NetworkRules.of(chain, miner);
        var info = chain.stateMinerInfo(miner, TipSetKey.EMPTY);
        requireSize(config, miner, info.sectorSize());
        return new MinerFacts(
                config.chain().network(),
                miner,
                info.sectorSize(),
                NodeInit.workerKey(chain, miner, info.worker(), signer, home),
                chain.stateGetNetworkParams(),
                GuardRoom.genesis(chain));
    }

    /** @throws AditException {@link OpsError#WRONG_CHAIN} */
    void requireAgreementWith(NodeConfig config) {
        requireNetwork(config, network, "");
        requireSize(config, miner, sectorSize);
    }

    private static void requireNetwork(NodeConfig config, Network network, String name) {
        if (network != config.chain().network()) {
            throw new AditException(
                    OpsError.WRONG_CHAIN,
                    "starting the node: chain.network is " + config.chain().network() + ", the full node is on "
                            + network + name);
        }
    }

    private static void requireSize(NodeConfig config, Address miner, SectorSize size) {
        if (size != config.sealing().sectorSize()) {
            throw new AditException(
                    OpsError.WRONG_CHAIN,
                    "starting the node: sealing.sector-size is "
                            + config.sealing().sectorSize() + ", but miner "
                            + miner.toString(config.chain().network()) + " has sectors of " + size);
        }
    }

    /** Whether these are of the same miner on the same chain; its worker may have become another one. */
    boolean isOfSameMinerAs(MinerFacts other) {
        return miner.equals(other.miner()) && genesis.equals(other.genesis());
    }

    String toJson() {
        return JSON.createObjectNode()
                .put("network", network.name())
                .put("miner", miner.toString(network))
                .put("sectorSize", sectorSize.bytes())
                .put("worker", worker.toString(network))
                .put("genesis", genesis.toString())
                .set("params", StateJson.NETWORK_PARAMS.encode(params, network))
                .toString();
    }

    static MinerFacts parse(String json) {
        try {
            var node = JSON.readTree(json);
            return new MinerFacts(
                    Network.valueOf(node.path("network").asText()),
                    Address.parse(node.path("miner").asText()),
                    SectorSize.ofBytes(node.path("sectorSize").asLong()),
                    Address.parse(node.path("worker").asText()),
                    StateJson.NETWORK_PARAMS.decode(node.path("params")),
                    Cid.parse(node.path("genesis").asText()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was known of the miner at the last start is not readable", e);
        }
    }
}
