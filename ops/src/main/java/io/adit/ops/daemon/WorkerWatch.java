package io.adit.ops.daemon;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Network;
import io.adit.core.keys.Signer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the miner's worker is still the one that the node signs with. The chain changes it by itself at the end of a
 * deadline once a proposed change is due, and from then on window proofs of the old key are refused.
 */
final class WorkerWatch {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerWatch.class);
    private static final long EVERY = 10;

    private final FullNode chain;
    private final NodeSettings settings;
    private final Signer signer;
    private final Network network;
    private volatile Optional<String> problem = Optional.empty();
    private long next;

    WorkerWatch(FullNode chain, NodeSettings settings, Signer signer) {
        this.chain = chain;
        this.settings = settings;
        this.signer = signer;
        this.network = settings.config().chain().network();
    }

    /** What is wrong, for {@code /health}. */
    Optional<String> problem() {
        return problem;
    }

    /** To be called for each new head; looks at some of them. */
    void onHead(TipSet head) {
        if (head.height().value() < next) {
            return;
        }
        next = head.height().value() + EVERY;
        try {
            var found = look();
            if (!found.equals(problem)) {
                found.ifPresent(LOG::error);
            }
            problem = found;
        } catch (AditException e) {
            LOG.debug("whether the worker has changed is not known: {}", e.getMessage());
        }
    }

    private Optional<String> look() {
        var info = chain.stateMinerInfo(settings.miner(), TipSetKey.EMPTY);
        var worker = key(info.worker());
        if (!worker.equals(settings.worker())) {
            return Optional.of("the miner's worker has become " + worker.toString(network)
                    + ", but this node signs with " + settings.worker().toString(network)
                    + ": restart it, or its window proofs are refused");
        }
        return info.newWorker()
                .map(this::key)
                .filter(proposed -> !signer.has(proposed))
                .map(proposed -> "the worker becomes " + proposed.toString(network) + " at epoch "
                        + info.workerChangeEpoch().map(Object::toString).orElse("unknown")
                        + ", and its key is not here: import it before");
    }

    private Address key(Address worker) {
        return chain.stateAccountKey(worker, TipSetKey.EMPTY);
    }
}
