package io.adit.simulation;

import io.adit.chain.head.Delivery;
import io.adit.chain.head.HeadFollower;
import io.adit.chain.head.HeadOptions;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.Signer;
import io.adit.core.state.StateStore;
import io.adit.core.time.SimulatedTimeline;
import io.adit.core.time.Strand;
import io.adit.sealing.proving.ProvingSettings;
import io.adit.sealing.proving.WindowPoStScheduler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Set;

/** The node under test: its proving rooms, wired as the daemon wires them, and what survives a crash. */
final class SimulatedProvider {
    private final SimulatedTimeline timeline;
    private final StateStore store;
    private final FullNode chain;
    private final SimulatedProofs proofs;
    private final SimulatedDisks disks;
    private final PrivateKey key;
    private final ProvingSettings settings;
    private boolean running;

    SimulatedProvider(
            SimulatedTimeline timeline,
            StateStore store,
            FullNode chain,
            SimulatedProofs proofs,
            SimulatedDisks disks,
            PrivateKey key,
            Address miner) {
        this.timeline = timeline;
        this.store = store;
        this.chain = chain;
        this.proofs = proofs;
        this.disks = disks;
        this.key = key;
        this.settings =
                ProvingSettings.defaults(new ActorId(miner.id().orElseThrow()), key.address(), SectorSize.KIB_2);
    }

    ProvingSettings settings() {
        return settings;
    }

    boolean isRunning() {
        return running;
    }

    /** Starts the rooms in the daemon's order. */
    void start() {
        running = true;
        timeline.start(Strand.Kind.VIRTUAL, "node", () -> {
            var outbox = new MessageOutbox(store, chain, new OneKey(key), timeline);
            var proving = new WindowPoStScheduler(
                    settings, store, chain, proofs, disks, outbox, new SimpleMeterRegistry(), timeline);
            var head = new HeadFollower(chain, HeadOptions.defaults(), timeline);
            head.listen(Delivery.COALESCED, update -> proving.onHead(update.head()));
            head.listen(Delivery.COALESCED, update -> outbox.settle());
            head.start();
            proving.start();
            outbox.resumeAll();
        });
    }

    /** As {@code kill -9}: what was not written is gone, and nothing of it runs again. */
    void kill() {
        running = false;
        timeline.killAll();
    }

    private record OneKey(PrivateKey key) implements Signer {
        @Override
        public Set<Address> addresses() {
            return Set.of(key.address());
        }

        @Override
        public io.adit.core.keys.Signature sign(Address address, byte[] message) {
            return key.sign(message);
        }
    }
}
