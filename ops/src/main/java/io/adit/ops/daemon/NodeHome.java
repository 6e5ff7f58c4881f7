package io.adit.ops.daemon;

import io.adit.chain.signer.RemoteSigner;
import io.adit.core.config.ConfigLoader;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.keys.Keystore;
import io.adit.core.keys.Passphrase;
import io.adit.core.keys.Signer;
import io.adit.core.slash.MachineMark;
import io.adit.core.state.SqlStateStore;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * A node's directory.
 *
 * <pre>
 *   config.toml            what the operator chose
 *   state.db           sectors, deals, messages, tasks
 *   keystore/              encrypted keys
 *   keystore.passphrase    their passphrase, 0600, unless the environment gives it
 *   libp2p.key             the node's network identity, 0600
 *   miner                  the miner's address
 *   index/  pieces/        the piece index and the pieces
 *   ipni-entries/          lists of multihashes for indexers, which can be made again
 *   signer.toml  signer/   policy, socket and accounts of a signer process
 *   slash-guard-known      the name of the slash guard that the node has used
 *   sent/                  messages signed with other keys than the node's
 *   api  token             where the running node listens, and what it asks for (0600)
 *   lock                   held by the running node
 * </pre>
 */
public record NodeHome(Path directory) {
    private static final String OWNER_ONLY = "rw-------";

    public Path config() {
        return directory.resolve("config.toml");
    }

    public Path index() {
        return directory.resolve("index");
    }

    /** Lists of multihashes for indexers. */
    Path ipniEntries() {
        return directory.resolve("ipni-entries");
    }

    public Path pieces() {
        return directory.resolve("pieces");
    }

    public Path libp2pKey() {
        return directory.resolve("libp2p.key");
    }

    /** Messages that were signed with other keys than the node's. */
    public Path sent() {
        return directory.resolve("sent");
    }

    /** What a signer process in this directory signs. */
    public Path signerPolicy() {
        return directory.resolve("signer.toml");
    }

    public Path minerFile() {
        return directory.resolve("miner");
    }

    /** Which slash guard the node has used. */
    Path knownGuardFile() {
        return directory.resolve("slash-guard-known");
    }

    public Path apiFile() {
        return directory.resolve("api");
    }

    public Path tokenFile() {
        return directory.resolve("token");
    }

    public boolean initialised() {
        return Files.exists(minerFile());
    }

    /** Makes the directory for its owner alone. */
    public void create() {
        try {
            Files.createDirectories(directory);
            if (posix()) {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            }
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "making the node's directory " + directory, e);
        }
    }

    /** What the operator chose: defaults, then the file, then the environment, then {@code overrides}. */
    public NodeConfig load(Map<String, String> environment, Map<String, String> overrides) {
        return ConfigLoader.load(config(), environment, overrides);
    }

    /** Opens the keystore of the configuration as it stands. */
    public Keystore keystore(Map<String, String> environment, SecureRandom random) {
        return keystore(load(environment, Map.of()).node(), environment, random);
    }

    /**
     * Opens the keystore. A passphrase comes from the configured file or the environment, else from {@code
     * keystore.passphrase}, which is made with a random one when there is none.
     */
    Keystore keystore(NodeConfig.Node node, Map<String, String> environment, SecureRandom random) {
        var file = directory.resolve("keystore.passphrase");
        boolean given = node.passphraseFile().isPresent()
                || environment.containsKey(Passphrase.VARIABLE)
                || environment.containsKey(Passphrase.FILE_VARIABLE);
        if (!given && !Files.exists(file)) {
            create();
            writeSecret(file, randomHex(random));
        }
        return Keystore.open(
                node.keystore(), Passphrase.read(environment, given ? node.passphraseFile() : Optional.of(file)));
    }

    /**
     * Who signs for the node: its keystore, or the signer process that the configuration names. A socket's relative path is
     * relative to this directory. Nothing is asked of the signer yet.
     */
    public Signer signer(NodeConfig config, Map<String, String> environment, SecureRandom random) {
        var keys = config.keys();
        return keys.signer()
                .<Signer>map(at -> new RemoteSigner(
                        directory.resolve(at.substring(NodeConfig.Keys.UNIX.length())), keys.signerTimeout()))
                .orElseGet(() -> keystore(config.node(), environment, random));
    }

    /** Opens the state store: SQLite in this directory, or the PostgreSQL that the configuration names. */
    public SqlStateStore store(NodeConfig config) {
        var database = config.node().database();
        if (!database.startsWith("jdbc:")) {
            return SqlStateStore.sqlite(directory.resolve(database));
        }
        var password = config.node().databasePasswordFile().map(this::read).orElse("");
        return SqlStateStore.postgres(database, config.node().databaseUser(), password);
    }

    /** The token of the operator API; made once. */
    public String token(SecureRandom random) {
        if (!Files.exists(tokenFile())) {
            writeSecret(tokenFile(), randomHex(random));
        }
        return read(tokenFile());
    }

    public String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "reading " + file, e);
        }
    }

    /** Writes a small file that only its owner may read, whole or not at all. */
    public void writeSecret(Path file, String text) {
        writeSecret(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a small file that only its owner may read, whole or not at all. */
    public void writeSecret(Path file, byte[] content) {
        var temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.deleteIfExists(temporary);
            if (posix()) {
                Files.createFile(
                        temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
            } else {
                Files.createFile(temporary);
            }
            try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                var buffer = java.nio.ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncFolderOf(file);
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "writing " + file, e);
        }
    }

    private void syncFolderOf(Path file) throws IOException {
        if (posix()) {
            try (var channel = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /**
     * Takes the directory for this process until the answer is closed or the process dies.
     *
     * @throws AditException {@link OpsError#ALREADY_RUNNING}
     */
    FileChannel lock() {
        try {
            var channel = FileChannel.open(lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (isLocked(channel)) {
                return channel;
            }
            channel.close();
            throw alreadyRunning();
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "locking " + directory, e);
        }
    }

    /**
     * Which file {@link #lock} locks, on which boot of the machine; a text that no other process has, where the system does
     * not say.
     */
    String lockMark() {
        var boot = MachineMark.ofSystem().text();
        if (!posix()) {
            return boot + ", process " + ProcessHandle.current().pid();
        }
        try {
            var file = Files.readAttributes(lockFile(), "unix:dev,ino");
            return boot + ", file " + file.get("ino") + " of device " + file.get("dev");
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "looking at " + lockFile(), e);
        }
    }

    private Path lockFile() {
        return directory.resolve("lock");
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private AditException alreadyRunning() {
        return new AditException(
                OpsError.ALREADY_RUNNING, "starting a node in " + directory + ": another process runs it already");
    }

    private boolean posix() {
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static String randomHex(SecureRandom random) {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
