package io.adit.market.deal;

import io.adit.core.fil.TokenAmount;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.nio.file.Path;

/** A running provider for tests of other packages. */
public final class TestProvider implements AutoCloseable {
    private final DealBench bench;

    private TestProvider(DealBench bench) {
        this.bench = bench;
    }

    public static TestProvider running(Path folder) throws Exception {
        var bench = new DealBench(folder).run();
        bench.chain.escrow(TestDeals.MINER, TokenAmount.ofFil(1));
        return new TestProvider(bench);
    }

    public FakeMarketChain chain() {
        return bench.chain;
    }

    public Multiaddr address() {
        return bench.provider.addresses().getFirst();
    }

    @Override
    public void close() {
        bench.close();
    }
}
