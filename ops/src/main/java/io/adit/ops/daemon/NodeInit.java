package io.adit.ops.daemon;

import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.config.ConfigErrorCode;
import io.adit.core.config.ConfigLoader;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.Keystore;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signer;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes a node: its directory, keys and network identity, and a miner actor of its own or one that exists already. Every
 * step may be repeated after a crash or a refusal: keys and identity are kept, CreateMiner goes through the outbox, and the
 * configuration is written last, from what the operator chose in the run that succeeded and what the chain says of the miner.
 */
public final class NodeInit {
    private static final Duration CHAIN_PATIENCE = Duration.ofMinutes(15);
    private static final String SECTOR_SIZE = "sealing.sector-size";

    /** What {@code --devnet} sets. */
    private static final Map<String, String> DEVELOPMENT = Map.of(
            "chain.development", "true",
            "chain.confidence", "1",
            "mining.wait-after-move", "false",
            "mining.max-null-rounds", "1000000",
            "sealing.wait-deals-delay", "0s",
            "sealing.pre-commit-batch-wait", "0s",
            "sealing.commit-batch-wait", "0s",
            "market.start-buffer-epochs", "50",
            "market.expected-seal-epochs", "20",
            "market.fetch-allow-private-addresses", "true");

    /** Keys that options of their own set, so that the configuration cannot say another thing than the chain. */
    private static final Map<String, String> OPTIONS =
            Map.of("chain.nodes", "--chain", "chain.network", "--chain", SECTOR_SIZE, "--sector-size");

    /**
     * What the operator chose.
     *
     * @param chain the full node's API, {@code token:multiaddr}
     * @param sectorSize the size of every sector of the new miner; an adopted one has its own
     * @param adopt an existing miner whose worker key is in the keystore
     * @param owner who owns the new miner; its worker when empty
     * @param development settings for chains whose epochs pass in seconds
     * @param settings configuration values by {@code section.key}; elements of lists are separated by commas
     * @param fundsPatience how long to wait until the worker's address holds enough
     */
    public record Choice(
            String chain,
            SectorSize sectorSize,
            Optional<Address> adopt,
            Optional<Address> owner,
            boolean development,
            Map<String, String> settings,
            Duration fundsPatience) {
        public Choice {
            settings = Map.copyOf(settings);
        }
    }

    /** The miner's ID address, its owner, and the key address of its worker. */
    public record Made(Address miner, Address owner, Address worker) {}

    private final NodeHome home;
    private final FullNode chain;
    private final Map<String, String> environment;
    private final SecureRandom random;
    private final Consumer<String> say;
    private final Duration chainPatience;

    /** @param environment the process's variables, which configuration and passphrase may come from */
    public NodeInit(
            NodeHome home, FullNode chain, Map<String, String> environment, SecureRandom random, Consumer<String> say) {
        this(home, chain, environment, random, say, CHAIN_PATIENCE);
    }

    NodeInit(
            NodeHome home,
            FullNode chain,
            Map<String, String> environment,
            SecureRandom random,
            Consumer<String> say,
            Duration chainPatience) {
        this.home = home;
        this.chain = chain;
        this.environment = Map.copyOf(environment);
        this.random = random;
        this.say = say;
        this.chainPatience = chainPatience;
    }

    /**
     * Makes the node. The funding address is told through {@code say} before money is needed.
     *
     * @throws AditException {@link OpsError#ALREADY_INITIALISED}, {@link OpsError#ALREADY_RUNNING}, {@link
     *     OpsError#WORKER_KEY_MISSING}, a {@link ConfigErrorCode}, or what the making of a miner throws
     */
    public Made run(Choice choice) throws IOException {
        if (home.initialised()) {
            throw new AditException(
                    OpsError.ALREADY_INITIALISED,
                    home.directory() + " already holds a node for " + home.read(home.minerFile()));
        }
        home.create();
        var lock = home.lock();
        try {
            return make(choice);
        } finally {
            lock.close();
        }
    }

    private Made make(Choice choice) {
        var settings = settings(choice);
        ConfigLoader.merged(home.config(), settings);
        var config = home.load(environment, settings);
        var signer = home.signer(config, environment, random);
        identity();
        home.token(random);
        var made = describe(choice.adopt().isPresent() ? choice.adopt().get() : create(choice, config, signer), signer);
        // The chain's token is in it, so it is as secret as the others.
        home.writeSecret(home.config(), ConfigLoader.merged(home.config(), ofMiner(settings, choice, made.miner())));
        home.writeSecret(home.minerFile(), made.miner().toString(FullNodes.networkOf(chain)));
        remember(signer);
        return made;
    }

    /** What the first start needs to know where the full node is away by then; without it that one waits. */
    private void remember(Signer signer) {
        var config = home.load(environment, Map.of());
        try (var store = home.store(config)) {
            ChainAtStart.remember(store, home, MinerFacts.ask(chain, config, home, signer));
        } catch (AditException e) {
            say.accept("the first start waits for the full node: " + e.getMessage());
        }
    }

    private Map<String, String> settings(Choice choice) {
        OPTIONS.forEach((key, option) -> {
            if (choice.settings().containsKey(key)) {
                throw new AditException(
                        ConfigErrorCode.CONFIG_BAD_VALUE,
                        "making a node: set " + key + " with " + option + ", not --set");
            }
        });
        var settings = new HashMap<String, String>();
        if (choice.development()) {
            settings.putAll(DEVELOPMENT);
        }
        settings.putAll(choice.settings());
        settings.put("chain.nodes", choice.chain());
        settings.put("chain.network", FullNodes.networkOf(chain).name().toLowerCase(Locale.ROOT));
        return settings;
    }

    /** With the sector size that the miner has on the chain, which need not be the one that this run asked for. */
    private Map<String, String> ofMiner(Map<String, String> settings, Choice choice, Address miner) {
        var size = chain.stateMinerInfo(miner, TipSetKey.EMPTY).sectorSize();
        if (choice.adopt().isEmpty() && size != choice.sectorSize()) {
            say.accept(
                    "the miner of an earlier run has sectors of " + size + "; " + choice.sectorSize() + " is not used");
        }
        var complete = new HashMap<>(settings);
        complete.put(SECTOR_SIZE, size.toString());
        if (!Files.exists(home.config())) {
            complete.putIfAbsent("market.max-piece-size", size.toString());
        }
        return complete;
    }

    /** The miner with the keys that the chain knows; its worker's must be here, or nothing could be signed for it. */
    private Made describe(Address named, Signer signer) {
        var miner = chain.stateLookupID(named, TipSetKey.EMPTY);
        var info = chain.stateMinerInfo(miner, TipSetKey.EMPTY);
        return new Made(miner, info.owner(), workerKey(chain, miner, info.worker(), signer, home));
    }

    /** The key behind a miner's worker. */
    static Address workerKey(FullNode chain, Address miner, Address worker, Signer signer, NodeHome home) {
        var key = chain.stateAccountKey(worker, TipSetKey.EMPTY);
        if (!signer.has(key)) {
            var network = FullNodes.networkOf(chain);
            throw new AditException(
                    OpsError.WORKER_KEY_MISSING,
                    "miner " + miner.toString(network) + " has the worker " + key.toString(network)
                            + ", whose key is neither in the keystore nor with the signer. Import it where it belongs:"
                            + " adit wallet import --dir " + home.directory());
        }
        return key;
    }

    private Address create(Choice choice, NodeConfig config, Signer signer) {
        var worker = signer.addresses().stream()
                .filter(address -> address.protocol() == Address.Protocol.BLS)
                .findFirst()
                .orElseGet(() -> newWorkerKey(signer));
        try (var store = home.store(config)) {
            var outbox = new MessageOutbox(store, chain, signer, InstantSource.system());
            var patience = new MinerCreation.Patience(
                    choice.fundsPatience(),
                    chainPatience,
                    config.chain().confidence(),
                    config.chain().maxFee());
            var miner = new MinerCreation(chain, outbox, patience, say)
                    .make(worker, createMinerParams(choice, choice.owner().orElse(worker), worker));
            GuardRoom.beginNew(home, config.mining(), chain.stateLookupID(miner, TipSetKey.EMPTY), chain);
            return miner;
        }
    }

    private static Address newWorkerKey(Signer signer) {
        if (signer instanceof Keystore keystore) {
            return keystore.create(SignatureType.BLS);
        }
        throw new AditException(
                OpsError.WORKER_KEY_MISSING,
                "making a miner: the signer has no BLS key for a worker; make one where it runs: adit wallet new bls");
    }

    private byte[] createMinerParams(Choice choice, Address owner, Address worker) {
        return new CreateMinerParams(
                        owner,
                        worker,
                        RegisteredSealProof.interactive(choice.sectorSize())
                                .windowPoSt()
                                .number(),
                        identity().peerId().bytes(),
                        List.of())
                .toCbor();
    }

    private Identity identity() {
        return identity(home, random);
    }

    /** The node's network identity; made once. */
    static Identity identity(NodeHome home, SecureRandom random) {
        if (!Files.exists(home.libp2pKey())) {
            home.writeSecret(
                    home.libp2pKey(), Identity.generate(KeyType.ED25519, random).toProtobuf());
        }
        try {
            return Identity.fromProtobuf(Files.readAllBytes(home.libp2pKey()));
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "reading " + home.libp2pKey(), e);
        }
    }
}
