package io.adit.simulation;

import io.adit.chain.node.FullNode;
import io.adit.chain.signer.BlockSigner;
import io.adit.chain.signer.GuardedSigner;
import io.adit.chain.type.BlockHeader;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.core.slash.GuardSettings;
import io.adit.core.slash.MachineMark;
import io.adit.core.slash.MiningLease;
import io.adit.core.slash.SlashGuard;
import io.adit.core.state.StateStore;
import io.adit.core.time.SimulatedTimeline;
import io.adit.proofs.PrivateReplica;
import io.adit.sealing.mining.BlockProducer;
import io.adit.sealing.mining.ChallengedSectors;
import io.adit.sealing.mining.MiningSettings;
import io.adit.sealing.mining.WinningProver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A running node's mining room: the real producer, signer and slash guard over one home. */
final class MiningProcess {
    private final int number;
    private final MinerHome home;
    private final SlashGuard guard;
    private final BlockProducer producer;

    private MiningProcess(int number, MinerHome home, SlashGuard guard, BlockProducer producer) {
        this.number = number;
        this.home = home;
        this.guard = guard;
        this.producer = producer;
    }

    /** Who signs for a process. */
    @FunctionalInterface
    interface Signing {
        /** The guarded signer, or one that is broken on purpose. */
        BlockSigner of(Signer keys, BlockSigner guarded);
    }

    /** What all processes of a history have in common. */
    record Machine(
            SimulatedTimeline timeline,
            FullNode node,
            Cid genesis,
            Address worker,
            SimulatedProofs proofs,
            Signing signing) {}

    /**
     * Opens the guard and begins to make blocks.
     *
     * @param number of no other process
     * @param signed hears of every header that is signed
     * @throws AditException when another process holds the home
     */
    static MiningProcess start(
            int number, Machine machine, MinerHome home, MachineMark mark, Consumer<BlockHeader> signed) {
        var settings = home.settings(machine.genesis(), mark, MiningLease.NONE);
        var process = open(number, machine, home, settings, home.journal(), signed);
        machine.timeline().startAs(number);
        process.producer.start();
        machine.timeline().startAs(0);
        return process;
    }

    /** As {@link #start}, in a strand of the process, with a journal that others use too. */
    static MiningProcess startHere(
            Machine machine, MinerHome home, GuardSettings settings, StateStore journal, Consumer<BlockHeader> signed) {
        var process = open(machine.timeline().process(), machine, home, settings, journal, signed);
        process.producer.start();
        return process;
    }

    private static MiningProcess open(
            int number,
            Machine machine,
            MinerHome home,
            GuardSettings settings,
            StateStore journal,
            Consumer<BlockHeader> signed) {
        var meters = new SimpleMeterRegistry();
        var guard = SlashGuard.open(settings, machine.timeline(), new SecureRandom(), meters);
        home.synced();
        var keys = new Keys(machine.worker(), signed);
        var signer = machine.signing().of(keys, new GuardedSigner(keys, Map.of(ContestedChain.MINER, guard)));
        var producer = new BlockProducer(
                MiningSettings.of(ContestedChain.MINER, SectorSize.KIB_2, ContestedChain.DELAY),
                machine.node(),
                signer,
                new WinningProver(
                        new ActorId(ContestedChain.MINER.id().orElseThrow()),
                        machine.proofs(),
                        new Replicas(),
                        Duration.ofSeconds(10)),
                journal,
                meters,
                machine.timeline());
        return new MiningProcess(number, home, guard, producer);
    }

    int number() {
        return number;
    }

    MinerHome home() {
        return home;
    }

    SlashGuard guard() {
        return guard;
    }

    /** Why it makes no blocks, in its own words. */
    String status() {
        return String.valueOf(producer.status());
    }

    /** Signs blocks, and all else with hashes: nobody looks whether a lot in an election is a pairing. */
    private record Keys(Address worker, Consumer<BlockHeader> signed) implements Signer {
        private static final int SHORTEST_HEADER = 100;

        @Override
        public Set<Address> addresses() {
            return Set.of(worker);
        }

        @Override
        public Signature sign(Address key, byte[] message) {
            var header = header(message);
            if (header.isPresent()) {
                var signature = World.workerKey().sign(message);
                signed.accept(header.get().signed(signature));
                return signature;
            }
            var bytes = new ByteArrayOutputStream();
            for (var part : new String[] {"first", "second", "third"}) {
                var said = new ByteArrayOutputStream();
                said.writeBytes(part.getBytes(StandardCharsets.UTF_8));
                said.writeBytes(message);
                bytes.writeBytes(Hashes.blake2b256(said.toByteArray()));
            }
            return new Signature(SignatureType.BLS, bytes.toByteArray());
        }

        private static Optional<BlockHeader> header(byte[] message) {
            try {
                return message.length < SHORTEST_HEADER ? Optional.empty() : Optional.of(BlockHeader.fromCbor(message));
            } catch (AditException somethingElse) {
                return Optional.empty();
            }
        }
    }

    private static final class Replicas implements ChallengedSectors {
        @Override
        public Optional<String> problem(SectorNumber sector, Duration patience) {
            return Optional.empty();
        }

        @Override
        public PrivateReplica replica(SectorNumber sector, Commitment commR) {
            return new PrivateReplica(sector, commR, Path.of("cache"), Path.of("sealed"));
        }
    }
}
