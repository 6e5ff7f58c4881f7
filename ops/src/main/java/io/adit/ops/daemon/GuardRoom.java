package io.adit.ops.daemon;

import io.adit.chain.node.ChainApi;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import io.adit.core.slash.Doubt;
import io.adit.core.slash.FileGuardAnchor;
import io.adit.core.slash.GuardSettings;
import io.adit.core.slash.MachineMark;
import io.adit.core.slash.MiningLease;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.slash.SlashGuard;
import io.adit.core.state.StateStore;
import io.adit.ops.OpsError;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Where a node keeps the slash guard of its miner. */
public final class GuardRoom {
    private GuardRoom() {}

    /**
     * Opens the guard of a miner.
     *
     * @throws AditException {@code SLASH_HELD_ELSEWHERE} while another process has it, {@code SLASH_LOG_UNWRITABLE}
     */
    public static SlashGuard open(
            NodeConfig.Mining mining, Address miner, Cid genesis, MiningLease lease, MeterRegistry registry) {
        var settings = new GuardSettings(
                miner,
                genesis,
                mining.guard(),
                new FileGuardAnchor(mining.anchor()),
                MachineMark.ofSystem(),
                lease,
                mining.waitAfterMove());
        return SlashGuard.open(settings, InstantSource.system(), new SecureRandom(), registry);
    }

    /** The block that tells a chain from all others. */
    static Cid genesis(ChainApi chain) {
        return chain.chainGetGenesis().key().cids().getFirst();
    }

    /** Begins the guard of a miner that was just created and so has never signed; one that is begun stays as it is. */
    static void beginNew(NodeHome home, NodeConfig.Mining mining, Address miner, ChainApi chain) {
        var known = new KnownGuard(home, mining);
        try (var guard = open(mining, miner, genesis(chain), MiningLease.NONE, new SimpleMeterRegistry())) {
            if (guard.status().doubt().equals(Optional.of(Doubt.LOG_MISSING))) {
                guard.begin();
            }
            known.remember(guard.status());
        }
    }

    /**
     * Works on the guard of a node that does not run; none can start meanwhile.
     *
     * @param endsDoubt whether the work is the operator's word on what was signed: that makes the guard which is where the
     *     configuration says the node's own, under a new name, also where another one is known, or begins one there. Other work
     *     makes nothing
     * @throws AditException {@link OpsError#ALREADY_RUNNING}, {@link OpsError#NOT_INITIALISED}, {@code SLASH_GUARD_AWAY}, or the
     *     full node's
     */
    public static <T> T offline(
            NodeHome home, Map<String, String> environment, boolean endsDoubt, Function<SlashGuard, T> work) {
        if (!home.initialised()) {
            throw new AditException(
                    OpsError.NOT_INITIALISED, home.directory() + " holds no node; make one with 'adit init'");
        }
        var config = home.load(environment, Map.of());
        var named = Address.parse(home.read(home.minerFile()));
        var registry = new SimpleMeterRegistry();
        var known = new KnownGuard(home, config.mining());
        if (!endsDoubt) {
            known.requireToLook();
        }
        try (var lock = home.lock();
                var chain = FullNodes.open(config.chain(), named, registry, new SecureRandom())) {
            assert lock.isOpen();
            var miner = chain.stateLookupID(named, TipSetKey.EMPTY);
            if (!endsDoubt) {
                requireLog(config.mining(), miner);
            }
            try (var guard = open(config.mining(), miner, genesis(chain), MiningLease.NONE, registry)) {
                if (!endsDoubt) {
                    return work.apply(guard);
                }
                guard.isNow(epochNow(chain));
                var done = known.underNewName(guard, () -> work.apply(guard));
                known.remember(guard.status());
                return done;
            }
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "giving the lock of " + home.directory() + " back", e);
        }
    }

    /** The later of the head's epoch and the clock's: no epoch after it can have been signed for. */
    private static Epoch epochNow(FullNode chain) {
        var head = chain.chainHead().height();
        var byClock =
                chain.stateGetNetworkParams().epochAt(InstantSource.system().instant());
        return head.compareTo(byClock) > 0 ? head : byClock;
    }

    /** Looking at a guard that is not there would make one, perhaps below the mount point of its disk. */
    private static void requireLog(NodeConfig.Mining mining, Address miner) throws IOException {
        if (!SlashGuard.isBegun(mining.guard(), miner)) {
            throw new AditException(
                    SlashErrorCode.SLASH_GUARD_AWAY,
                    "opening the slash guard of " + miner + ": " + mining.guard()
                            + " does not hold it. Mount its disk; where there never was one, start the node, then 'adit"
                            + " slash-guard begin'");
        }
    }

    /**
     * The right to mine, to be taken under the node's lease, which ends the process when it is lost.
     *
     * @param guard its name
     */
    static MiningLease lease(StateStore store, Address miner, String guard, BooleanSupplier held) {
        return MiningLease.take(store, miner, InstantSource.system(), guard, held);
    }
}
