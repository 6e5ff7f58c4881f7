package io.adit.ops.daemon;

import io.adit.chain.node.NetworkParams;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.Map;

/** What a chain says of a miner in tests that are about other things. */
final class Facts {
    private Facts() {}

    static MinerFacts of(Address miner, Address worker) {
        return new MinerFacts(
                Network.TESTNET,
                miner,
                SectorSize.KIB_2,
                worker,
                new NetworkParams("test", 30, BigInteger.ZERO, 10, Map.of(), 0, 1_600_000_000),
                Cid.dagCbor(new byte[] {7}));
    }
}
