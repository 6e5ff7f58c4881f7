package io.adit.chain.signer;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborWriter;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signer;
import io.adit.core.slash.GuardStatus;
import io.adit.core.slash.SlashGuard;
import io.adit.core.task.CrashPoints;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signer process's server: keys, policy, the day's account and the slash guards behind one Unix socket.
 *
 * <p>One exchange per connection, each on its own virtual thread, with one deadline. The kernel says which user connects.
 * What clears a guard's doubt is not in the protocol: a node that has been taken over must not be able to do it. That is
 * done on the signer's machine while it does not run, through {@link #openGuard}.
 */
public final class SignerServer implements AutoCloseable {
    /** In epochs; the node takes no head older than about this for the present. */
    private static final long CLOCKS_APART = 20;

    private static final Logger LOG = LoggerFactory.getLogger(SignerServer.class);

    private static final int GROUP_WRITES = 4;
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

    private final SignerPolicy policy;
    private final InstantSource clock;
    private final MeterRegistry registry;
    private final PolicyCheck check;
    private final SpendLedger ledger;
    private final SignerGuards guards;
    private final GuardedSigner signer;
    private final FileChannel lock;
    private final ServerSocketChannel listening;
    private final Semaphore slots;
    private final Set<String> users;
    private final Thread acceptor;

    private SignerServer(
            SignerPolicy policy,
            InstantSource clock,
            MeterRegistry registry,
            Set<String> users,
            SpendLedger ledger,
            SignerGuards guards,
            GuardedSigner signer,
            FileChannel lock,
            ServerSocketChannel listening) {
        this.policy = policy;
        this.clock = clock;
        this.registry = registry;
        this.check = new PolicyCheck(policy, clock);
        this.slots = new Semaphore(policy.socket().connections());
        this.users = users;
        this.ledger = ledger;
        this.guards = guards;
        this.signer = signer;
        this.lock = lock;
        this.listening = listening;
        this.acceptor = Thread.ofVirtual().name("signer-accept").unstarted(this::accept);
    }

    /**
     * Opens guards and account and listens. A guard that cannot be opened costs the blocks only, until it can be.
     *
     * @throws AditException {@link SignerErrorCode#SIGNER_IN_USE}, {@link SignerErrorCode#SIGNER_EXPOSED} or what the account
     *     throws
     */
    public static SignerServer start(Signer keys, SignerPolicy policy, InstantSource clock, MeterRegistry registry) {
        Path socket = policy.socket().path().toAbsolutePath();
        var opened = new ArrayDeque<AutoCloseable>();
        try {
            boolean shared = !policy.socket().users().isEmpty();
            Path folder = privateFolder(socket, shared);
            Set<String> users = policy.socket().users().isEmpty()
                    ? Set.of(Files.getOwner(folder).getName())
                    : Set.copyOf(policy.socket().users());
            var lock = lock(folder.resolve("signer.lock"));
            opened.push(lock);
            var ledger = new SpendLedger(folder.resolve("signer-spent.log"), policy.messages(), clock);
            opened.push(ledger);
            var guards = new SignerGuards(policy, clock, registry);
            opened.push(guards);
            var signer = new GuardedSigner(keys, guards);
            var server = new SignerServer(
                    policy, clock, registry, users, ledger, guards, signer, lock, listen(socket, folder, shared));
            server.acceptor.start();
            LOG.info("Signing for {} at {}, for users {}", signer.addresses(), socket, users);
            return server;
        } catch (IOException e) {
            closeAll(opened);
            throw new AditException(
                    SignerErrorCode.SIGNER_UNAVAILABLE, "starting the signer at " + socket + ": " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            closeAll(opened);
            throw e;
        }
    }

    private static void closeAll(Iterable<AutoCloseable> opened) {
        for (AutoCloseable part : opened) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("Closing a part of the signer that did not start: {}", e.getMessage());
            }
        }
    }

    private static Path privateFolder(Path socket, boolean shared) throws IOException {
        Path folder = socket.getParent();
        if (folder == null) {
            throw new IOException("the socket's path has no folder");
        }
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(folder));
        // Who may write in the folder can put another socket there.
        boolean closed = shared ? mode.endsWith("---") && mode.charAt(GROUP_WRITES) == '-' : mode.endsWith("------");
        if (!closed) {
            throw new AditException(
                    SignerErrorCode.SIGNER_EXPOSED,
                    "starting the signer: " + folder + " has permissions " + mode + "; run: chmod "
                            + (shared ? "710 " : "700 ") + folder);
        }
        return folder;
    }

    private static FileChannel lock(Path file) throws IOException {
        var channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("the lock is held by this process", e);
        }
        channel.close();
        throw new AditException(
                SignerErrorCode.SIGNER_IN_USE, "starting the signer: another one holds " + file + "; stop it first");
    }

    /**
     * Opens the slash guard of a signer that does not run, for the operator.
     *
     * @throws AditException {@code SLASH_HELD_ELSEWHERE} while one runs, {@code SLASH_LOG_UNWRITABLE}; {@link
     *     SignerRefusedException} for a miner that the policy does not name
     */
    public static SlashGuard openGuard(
            SignerPolicy policy, Address miner, InstantSource clock, MeterRegistry registry) {
        return SignerGuards.open(policy, miner, clock, registry);
    }

    /** Mode 0600, or 0660 and the folder's group where the policy names users: the kernel's word on the user decides. */
    private static ServerSocketChannel listen(Path socket, Path folder, boolean shared) throws IOException {
        // We hold the lock: what lies here was left by a signer that was killed.
        Files.deleteIfExists(socket);
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(shared ? "rw-rw----" : "rw-------"));
            if (shared) {
                var group =
                        Files.readAttributes(folder, PosixFileAttributes.class).group();
                Files.getFileAttributeView(socket, PosixFileAttributeView.class).setGroup(group);
            }
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** The slash guards that are open, by miner. */
    public Map<Address, SlashGuard> guards() {
        return guards.opened();
    }

    private void accept() {
        while (true) {
            try {
                // Answering closes it.
                @SuppressWarnings("MustBeClosedChecker")
                SocketChannel channel = listening.accept();
                if (slots.tryAcquire()) {
                    Thread.ofVirtual().name("signer").start(() -> serve(channel));
                } else {
                    count("too_many");
                    channel.close();
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // Out of descriptors, perhaps; that passes.
                LOG.warn("Accepting a connection: {}", e.getMessage());
                LockSupport.parkNanos(ACCEPT_PAUSE.toNanos());
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (var exchange = new SignerChannel(channel, policy.socket().timeout())) {
            byte[] answer;
            try {
                requirePeer(exchange);
                answer = answer(SignerWire.decode(exchange.receive()));
                count("answered");
            } catch (AditException e) {
                LOG.warn("Refused: {}", e.getMessage());
                count("refused");
                answer = SignerWire.no(e);
            }
            CrashPoints.reach("signer.answering");
            exchange.send(answer);
            exchange.finish();
        } catch (IOException e) {
            LOG.info("A connection ended early: {}", e.getMessage());
            count("broken");
        } finally {
            slots.release();
        }
    }

    private void requirePeer(SignerChannel exchange) throws IOException {
        String user = exchange.socket()
                .getOption(ExtendedSocketOptions.SO_PEERCRED)
                .user()
                .getName();
        if (!users.contains(user)) {
            throw new AditException(
                    SignerErrorCode.SIGNER_PEER_REFUSED,
                    "a connection to the signer: user " + user + " may not, only " + users);
        }
    }

    private byte[] answer(SignerWire request) {
        return switch (request) {
            case SignerWire.Addresses addresses -> SignerWire.yes(this::writeAddresses);
            case SignerWire.Sign sign -> {
                byte[] signature = sign(sign).bytes();
                yield SignerWire.yes(writer -> writer.bytes(signature));
            }
            case SignerWire.Resume resume -> {
                signer.resume(resume.miner(), agreed(resume.now()), resume.ownBlocks());
                yield SignerWire.yes(CborWriter::nul);
            }
            case SignerWire.Observe observe -> {
                signer.observe(observe.miner(), observe.block());
                yield SignerWire.yes(CborWriter::nul);
            }
            case SignerWire.Status status -> {
                var now = signer.status(status.miner());
                yield SignerWire.yes(writer -> write(writer, now));
            }
            case SignerWire.NearLimits limits -> {
                var near = ledger.nearLimits();
                yield SignerWire.yes(writer -> {
                    writer.array(near.size());
                    near.forEach(words -> writer.text(SignerWire.shortened(words)));
                });
            }
        };
    }

    /**
     * The later of what the node says and what the own clock shows. The guard never goes below it again, so where they are
     * far apart one of the clocks is wrong and the guard is not told.
     */
    private Epoch agreed(Epoch said) {
        long genesis = policy.blocks().genesisTime();
        if (genesis <= 0) {
            return said;
        }
        long passed = clock.instant().getEpochSecond() - genesis;
        long own = Math.floorDiv(passed, policy.blocks().blockTime().toSeconds());
        if (own - said.value() > CLOCKS_APART || said.value() - own > CLOCKS_APART) {
            throw new AditException(
                    SignerErrorCode.SIGNER_CLOCK_DIFFERS,
                    "resuming the slash guard: the node says that it is epoch " + said
                            + ", the signer's clock shows epoch " + own + "; set the clocks of both by NTP");
        }
        return new Epoch(Math.max(said.value(), own));
    }

    private Signature sign(SignerWire.Sign request) {
        var allowed = check.check(request.key(), request.kind(), request.content());
        if (allowed.block().isPresent()) {
            return signer.signBlock(request.key(), allowed.block().get());
        }
        if (!signer.has(request.key())) {
            // Before it is counted; the keystore words the refusal.
            return signer.sign(request.key(), allowed.signedBytes());
        }
        allowed.message().ifPresent(ledger::spend);
        return signer.sign(request.key(), allowed.signedBytes());
    }

    private void writeAddresses(CborWriter writer) {
        var addresses = signer.addresses();
        writer.array(addresses.size());
        addresses.forEach(address -> writer.bytes(address.bytes()));
    }

    private static void write(CborWriter writer, GuardStatus status) {
        writer.array(6).text(status.doubt().map(Enum::name).orElse("")).text(SignerWire.shortened(status.detail()));
        writer.integer(status.highWater().value()).integer(status.floor().value());
        writer.uint(status.blocks()).uint(status.conflicts());
    }

    private void count(String outcome) {
        registry.counter("adit_signer_requests", "outcome", outcome).increment();
    }

    @Override
    public void close() {
        try {
            listening.close();
            acceptor.join();
            guards.close();
            ledger.close();
            lock.close();
            Files.deleteIfExists(policy.socket().path());
        } catch (IOException e) {
            LOG.warn("Closing the signer: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
