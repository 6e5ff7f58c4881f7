package io.adit.chain.node.pool;

import io.adit.chain.node.NetworkParams;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** The chain that all of a test's nodes tell of: one tipset every 30 s since its genesis. */
final class SharedChain {
    static final long GENESIS = 1_700_000_000L;
    static final TokenAmount BASE_FEE = TokenAmount.ofAtto(1_000_000);
    static final NetworkParams PARAMS =
            new NetworkParams("testnetnet", 30, BigInteger.ZERO, 150, Map.of(), 314, GENESIS);
    private static final Cid SOME = Cid.dagCbor(new byte[] {(byte) 0x80});

    private final List<TipSet> tipSets = new ArrayList<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    SharedChain(int height) {
        for (int i = 0; i <= height; i++) {
            grow();
        }
    }

    void extend() {
        grow();
        listeners.forEach(Runnable::run);
    }

    private synchronized void grow() {
        var parents =
                tipSets.isEmpty() ? List.<Cid>of() : tipSets.getLast().key().cids();
        tipSets.add(TipSet.of(List.of(header(parents, tipSets.size(), BASE_FEE))));
    }

    Runnable listen(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** The head as a node sees it that is so many tipsets behind. */
    synchronized TipSet head(int behind) {
        return tipSets.get(Math.max(0, tipSets.size() - 1 - behind));
    }

    synchronized List<TipSet> all() {
        return List.copyOf(tipSets);
    }

    static BlockHeader header(List<Cid> parents, long height, TokenAmount fee) {
        return new BlockHeader(
                Address.ofId(1000),
                Optional.of(new Ticket(BigInteger.valueOf(height + 1).toByteArray())),
                Optional.empty(),
                List.of(),
                List.of(),
                parents,
                BigInteger.valueOf(height),
                new Epoch(height),
                SOME,
                SOME,
                SOME,
                Optional.empty(),
                GENESIS + height * 30,
                Optional.empty(),
                0,
                fee);
    }
}
