package io.adit.ops.daemon;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.PowerMethod;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.MessageLookup;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.ExitCode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.Keystore;
import io.adit.core.keys.SignatureType;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes a node: its directory, keys and network identity, and a miner actor of its own or one that exists already. Every
 * step may be repeated after a crash: keys and identity are kept, and CreateMiner goes through the outbox, so that it is
 * sent once.
 */
public final class NodeInit {
    private static final String CREATE_MINER_KEY = "init/create-miner";
    private static final Duration CHAIN_PATIENCE = Duration.ofMinutes(15);

    /**
     * What the operator chose.
     *
     * @param chain the full node's API, {@code token:multiaddr}
     * @param sectorSize the size of every sector of the new miner
     * @param adopt an existing miner whose worker key is in the keystore
     * @param owner who owns the new miner; a new key of this keystore when empty
     * @param development settings for chains whose epochs pass in seconds
     * @param listen multiaddr for deals, and the HTTP addresses, where they differ from the defaults
     * @param fundsPatience how long to wait until the worker's address holds enough
     */
    public record Choice(
            String chain,
            SectorSize sectorSize,
            Optional<Address> adopt,
            Optional<Address> owner,
            boolean development,
            Map<String, String> listen,
            Duration fundsPatience) {}

    /** The miner and the keys that act for it. */
    public record Made(Address miner, Address owner, Address worker) {}

    private final NodeHome home;
    private final FullNode chain;
    private final SecureRandom random;
    private final Consumer<String> say;

    public NodeInit(NodeHome home, FullNode chain, SecureRandom random, Consumer<String> say) {
        this.home = home;
        this.chain = chain;
        this.random = random;
        this.say = say;
    }

    /** Makes the node. The funding address is told through {@code say} before money is needed. */
    public Made run(Choice choice) {
        if (home.initialised()) {
            throw new AditException(
                    OpsError.ALREADY_INITIALISED,
                    home.directory() + " already holds a node for " + home.read(home.minerFile()));
        }
        home.create();
        var keystore = home.keystore(System.getenv(), random);
        identity();
        home.token(random);
        writeConfig(choice);
        var made = choice.adopt().isPresent() ? adopt(choice.adopt().get(), keystore) : create(choice, keystore);
        home.writeSecret(home.minerFile(), made.miner().toString());
        return made;
    }

    private Made adopt(Address miner, Keystore keystore) {
        var info = chain.stateMinerInfo(miner, TipSetKey.EMPTY);
        var worker = chain.stateAccountKey(info.worker(), TipSetKey.EMPTY);
        if (!keystore.has(worker)) {
            throw new AditException(
                    OpsError.LOW_FUNDS,
                    "adopting " + miner + ": its worker " + worker
                            + " is not in the keystore. Import the key first: adit wallet import --dir "
                            + home.directory());
        }
        return new Made(miner, info.owner(), worker);
    }

    private Made create(Choice choice, Keystore keystore) {
        var worker = keystore.addresses().stream()
                .filter(address -> address.protocol() == Address.Protocol.BLS)
                .findFirst()
                .orElseGet(() -> keystore.create(SignatureType.BLS));
        var owner = choice.owner().orElse(worker);
        var deposit = chain.stateMinerCreationDeposit(TipSetKey.EMPTY);
        awaitFunds(worker, deposit, choice.fundsPatience());
        try (var store = home.store(home.load(System.getenv(), Map.of()))) {
            var outbox = new MessageOutbox(store, chain, keystore, InstantSource.system());
            outbox.send(new MessageIntent(
                    CREATE_MINER_KEY,
                    worker,
                    Actor.POWER,
                    deposit.plus(deposit.dividedBy(10)),
                    PowerMethod.CREATE_MINER.number(),
                    createMinerParams(choice, owner, worker),
                    TokenAmount.ofFil(1),
                    MessagePriority.BACKGROUND));
            say.accept("waiting for the chain to make the miner");
            var lookup = await(outbox, CREATE_MINER_KEY);
            var made = CreateMinerReturn.fromCbor(lookup.receipt().returnValue());
            return new Made(made.idAddress(), owner, worker);
        }
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

    private void awaitFunds(Address worker, TokenAmount deposit, Duration patience) {
        var needed = deposit.plus(deposit.dividedBy(10)).plus(TokenAmount.ofFil(2));
        long end = System.nanoTime() + patience.toNanos();
        say.accept("fund " + worker + " with at least " + needed);
        while (true) {
            var balance = chain.walletBalance(worker);
            if (balance.compareTo(needed) >= 0) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new AditException(
                        OpsError.LOW_FUNDS,
                        "making a miner: " + worker + " holds " + balance + " and needs " + needed
                                + " (deposit, FIP-0077, and fees). Send it money and run init again");
            }
            pause();
        }
    }

    private static MessageLookup await(MessageOutbox outbox, String key) {
        long end = System.nanoTime() + CHAIN_PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            var found = outbox.found(key, 1);
            if (found.isPresent()) {
                var code = found.get().receipt().exitCode();
                if (code != 0) {
                    throw new AditException(
                            OpsError.CHAIN_REFUSED,
                            "the chain refused " + key + ": " + ExitCode.explain(code, ActorKind.POWER));
                }
                return found.get();
            }
            pause();
        }
        throw new AditException(
                OpsError.CHAIN_REFUSED, key + " was not executed within " + CHAIN_PATIENCE.toMinutes() + " minutes");
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

    private void writeConfig(Choice choice) {
        if (Files.exists(home.config())) {
            return;
        }
        var text = new StringBuilder("# Every key with its meaning and default: adit config default\n\n");
        text.append("[chain]\nnodes = [\"").append(choice.chain()).append("\"]\n");
        if (choice.development()) {
            text.append("# A development chain: epochs of a second or less, and no other miner to reorganise it.\n");
            text.append("confidence = 1\n");
        }
        text.append("\n[sealing]\nsector-size = \"")
                .append(sizeText(choice.sectorSize()))
                .append("\"\n");
        text.append("\n[market]\n");
        text.append("max-piece-size = \"").append(sizeText(choice.sectorSize())).append("\"\n");
        if (choice.development()) {
            text.append("start-buffer-epochs = 50\nexpected-seal-epochs = 20\nfetch-allow-private-addresses = true\n");
        }
        choice.listen().forEach((key, value) -> {
            if (key.startsWith("market.")) {
                text.append(key.substring(7)).append(" = \"").append(value).append("\"\n");
            }
        });
        section(text, choice.listen(), "node");
        section(text, choice.listen(), "retrieval");
        // The chain's token is in it, so it is as secret as the others.
        home.writeSecret(home.config(), text.toString());
    }

    private static void section(StringBuilder text, Map<String, String> values, String name) {
        text.append("\n[").append(name).append("]\n");
        values.forEach((key, value) -> {
            if (key.startsWith(name + ".")) {
                text.append(key.substring(name.length() + 1))
                        .append(" = \"")
                        .append(value)
                        .append("\"\n");
            }
        });
    }

    private static String sizeText(SectorSize size) {
        return switch (size) {
            case KIB_2 -> "2KiB";
            case MIB_8 -> "8MiB";
            case MIB_512 -> "512MiB";
            case GIB_32 -> "32GiB";
            case GIB_64 -> "64GiB";
        };
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(OpsError.CHAIN_REFUSED, "interrupted while waiting for the chain", e);
        }
    }
}
