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
 * Looks whether the node has the key of the miner's worker. The chain changes the worker by itself at the end of a deadline once a
 * proposed change is due, and from then on refuses window proofs of the old key; the outbox then sends from the new one, and
 * blocks are drawn and signed with whatever key the chain names for their epoch. Both need the key.
 */
final class WorkerWatch {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerWatch.class);
    private static final long EVERY = 10;

    private final FullNode chain;
    private final NodeSettings settings;
    private final Signer signer;
    private final Network network;
    private volatile Optional<String> problem = Optional.empty();
    private volatile Address worker;
    private long next;

    WorkerWatch(FullNode chain, NodeSettings settings, Signer signer) {
        this.chain = chain;
        this.settings = settings;
        this.signer = signer;
        this.worker = settings.worker();
        this.network = settings.config().chain().network();
    }

    /** What is wrong, for {@code /health}. */
    Optional<String> problem() {
        return problem;
    }

    /** The key address of the worker, as last seen. */
    Address worker() {
        return worker;
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
        var present = key(info.worker());
        if (!signer.has(present)) {
            return Optional.of("the miner's worker has become " + present.toString(network)
                    + ", whose key this node does not have: window proofs are refused and no blocks made until it is"
                    + " imported and the node or its signer started again");
        }
        if (!present.equals(worker)) {
            LOG.warn(
                    "the miner's worker has become {}: this node sends and signs with it from now on; {} is not needed any"
                            + " more once its messages are done",
                    present.toString(network),
                    worker.toString(network));
            worker = present;
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
