package io.adit.ops.daemon;

import io.adit.chain.node.FullNode;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorKind;
import io.adit.core.keys.Signer;
import io.adit.core.state.StateStore;
import io.adit.core.time.SystemTimeline;
import io.adit.ops.OpsError;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node knows of its miner when it starts. While the full node is away, or syncs and does not know the miner yet, that is what
 * was true at the last start: the node serves what it has meanwhile. Before anything is proven or sent the chain is asked again
 * ({@link #confirm}).
 */
final class ChainAtStart {
    private static final Logger LOG = LoggerFactory.getLogger(ChainAtStart.class);

    private final NodeConfig config;
    private final NodeHome home;
    private final FullNode chain;
    private final Signer signer;
    private final StateStore store;
    private final MinerFacts facts;
    private volatile boolean confirmed;

    private ChainAtStart(
            NodeConfig config, NodeHome home, FullNode chain, Signer signer, StateStore store, Duration pause) {
        this.config = config;
        this.home = home;
        this.chain = chain;
        this.signer = signer;
        this.store = store;
        this.facts = begin(pause);
    }

    /**
     * Asks the full node; where that cannot say and nothing is known from before, again and again.
     *
     * @param pause between two questions
     * @throws AditException {@link OpsError#WRONG_CHAIN}, {@link OpsError#WORKER_KEY_MISSING}, and what the full node says that
     *     does not pass
     */
    static ChainAtStart ask(
            NodeConfig config, NodeHome home, FullNode chain, Signer signer, StateStore store, Duration pause) {
        return new ChainAtStart(config, home, chain, signer, store, pause);
    }

    /** What to build the rooms with. */
    MinerFacts facts() {
        return facts;
    }

    /** Whether the chain itself has said it since the start. */
    boolean isConfirmed() {
        return confirmed;
    }

    /**
     * Asks the full node unless it has answered since the start.
     *
     * @throws AditException as long as it does not answer, and where it speaks of another miner or another chain
     */
    void confirm() {
        if (confirmed) {
            return;
        }
        var now = MinerFacts.ask(chain, config, home, signer);
        if (!now.isOfSameMinerAs(facts)) {
            var network = config.chain().network();
            throw new AditException(
                    OpsError.WRONG_CHAIN,
                    "going on after the start: the full node knows the miner as "
                            + now.miner().toString(network) + " on the chain of " + now.genesis()
                            + "; at the last start it was " + facts.miner().toString(network) + " on " + facts.genesis()
                            + ". Name the right full node in chain.nodes");
        }
        remember(store, home, now);
        confirmed = true;
    }

    private MinerFacts begin(Duration pause) {
        while (true) {
            try {
                var now = MinerFacts.ask(chain, config, home, signer);
                remember(store, home, now);
                confirmed = true;
                return now;
            } catch (AditException e) {
                var known = recall();
                if (!mayPass(e, known.isPresent())) {
                    throw e;
                }
                if (known.isPresent()) {
                    known.get().requireAgreementWith(config);
                    LOG.error(
                            "NOTHING IS PROVEN until the full node answers; the node starts with what it knew before: {}",
                            e.getMessage());
                    return known.get();
                }
                LOG.error(
                        "NOTHING IS PROVEN: the node has not started, and asks again in {}: {}", pause, e.getMessage());
                sleep(pause, e);
            }
        }
    }

    /** A full node that syncs also says of what it will know that it does not exist; of a miner never seen that may be the truth. */
    private static boolean mayPass(AditException e, boolean isMinerKnown) {
        return e.kind() == ErrorKind.NETWORK || (e.kind() == ErrorKind.CHAIN && isMinerKnown);
    }

    /** Waits before the next try, unless the node is to end: then with the reason of the last. */
    static void sleep(Duration pause, AditException why) {
        try {
            new SystemTimeline().sleep(pause);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw why;
        }
    }

    /** For a start at which the full node is away. */
    static void remember(StateStore store, NodeHome home, MinerFacts facts) {
        store.transactVoid(tx -> tx.meta().put(name(home), facts.toJson()));
    }

    private Optional<MinerFacts> recall() {
        return store.read(tx -> tx.meta().get(name(home))).map(MinerFacts::parse);
    }

    static String name(NodeHome home) {
        return "facts of miner " + home.read(home.minerFile());
    }
}
