package io.adit.libp2p;

import io.adit.libp2p.identify.Identify;
import io.adit.libp2p.identity.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a host and its peers tell each other about themselves, and who is told of it. */
final class Introductions {
    private static final Logger LOG = LoggerFactory.getLogger(Introductions.class);

    private final Identify identify;
    private final Duration patience;
    private final AddressBook book;
    private final Executor threads;
    private final Supplier<List<HostConnection>> open;
    private final List<PeerObserver> observers = new CopyOnWriteArrayList<>();

    /**
     * @param patience for what a peer says about itself
     * @param book where the addresses go that peers claim
     * @param open connections open now
     */
    Introductions(
            Identify identify,
            Duration patience,
            AddressBook book,
            Executor threads,
            Supplier<List<HostConnection>> open) {
        this.identify = identify;
        this.patience = patience;
        this.book = book;
        this.threads = threads;
        this.open = open;
    }

    /** Serves {@link Identify#PROTOCOL}. */
    void answer(Stream stream) throws IOException {
        identify.answer(stream);
    }

    /** Serves {@link Identify#PUSH_PROTOCOL}; from a peer that pushes on and on nothing is read. */
    void receivePush(Stream stream) throws IOException {
        if (stream.connection() instanceof HostConnection pushing && !pushing.mayPush()) {
            stream.reset();
            return;
        }
        var latest = identify.receivePush(stream);
        if (stream.connection() instanceof HostConnection connection) {
            learn(connection, latest);
        }
    }

    /** Asks the peer at the other end of a new connection. */
    void ask(HostConnection connection) {
        try {
            learn(connection, identify.ask(connection));
        } catch (IOException e) {
            connection.learnNothing(e);
        }
    }

    private void learn(HostConnection connection, PeerInformation latest) {
        var known = connection.learn(latest);
        book.add(
                connection.remotePeer(),
                DialableAddresses.among(known.listenAddresses(), connection.remoteAddress()),
                AddressBook.AFTER_A_CLAIM);
        observers.forEach(observer -> observer.identified(connection, known));
    }

    /** Tells all connected peers what this host says about itself now; in the background, and who is away misses it. */
    void repeat() {
        open.get().forEach(connection -> {
            try {
                threads.execute(() -> push(connection));
            } catch (RejectedExecutionException e) {
                LOG.debug("host is closed: {} is not told", connection);
            }
        });
    }

    private void push(HostConnection connection) {
        try {
            if (connection.remoteInformation(patience).protocols().contains(Identify.PUSH_PROTOCOL)) {
                identify.push(connection);
            }
        } catch (IOException e) {
            LOG.debug("{} was not told what is new here", connection, e);
        }
    }

    /** Tells an observer from now on; of those that have identified themselves already at once. What ends it is returned. */
    Runnable observe(PeerObserver observer) {
        observers.add(observer);
        open.get()
                .forEach(connection ->
                        connection.knownInformation().ifPresent(known -> observer.identified(connection, known)));
        return () -> observers.remove(observer);
    }

    /** A peer's last connection is over. */
    void over(PeerId peer) {
        observers.forEach(observer -> observer.disconnected(peer));
    }
}
