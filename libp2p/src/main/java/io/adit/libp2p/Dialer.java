package io.adit.libp2p;

import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Finds an open connection to a peer or makes one; callers who want the same peer at once share one dial. */
final class Dialer {
    private final Function<PeerId, Optional<HostConnection>> open;
    private final Dial dial;
    private final Map<PeerId, CompletableFuture<HostConnection>> dialling = new ConcurrentHashMap<>();
    private final AddressBook book;

    /** Makes a connection, to whichever of the addresses answers first. */
    @FunctionalInterface
    interface Dial {
        HostConnection dial(PeerId peer, List<Multiaddr> addresses, Deadline deadline) throws Libp2pException;
    }

    Dialer(AddressBook book, Function<PeerId, Optional<HostConnection>> open, Dial dial) {
        this.book = book;
        this.open = open;
        this.dial = dial;
    }

    HostConnection connect(Multiaddr address, Duration timeout) throws Libp2pException {
        var peer = address.peerId()
                .orElseThrow(() -> new Libp2pException(
                        Kind.UNREACHABLE, "cannot dial " + address + ": it does not end in /p2p/<peer ID>"));
        var existing = open.apply(peer);
        return existing.isPresent() ? existing.get() : dialOnce(peer, List.of(address), Deadline.after(timeout));
    }

    HostConnection reconnect(PeerId peer, Duration timeout) throws Libp2pException {
        var existing = open.apply(peer);
        if (existing.isPresent()) {
            return existing.get();
        }
        var addresses = book.addresses(peer);
        if (addresses.isEmpty()) {
            throw new Libp2pException(Kind.UNREACHABLE, "no connection to " + peer + " and no address known");
        }
        return dialOnce(peer, addresses, Deadline.after(timeout));
    }

    private HostConnection dialOnce(PeerId peer, List<Multiaddr> addresses, Deadline deadline) throws Libp2pException {
        var own = new CompletableFuture<HostConnection>();
        for (var others = dialling.putIfAbsent(peer, own); others != null; others = dialling.putIfAbsent(peer, own)) {
            var joined = join(others, peer, deadline);
            if (joined.isPresent()) {
                return joined.get();
            }
            // Another caller's failure is not this one's: it may have had less time, or another address.
        }
        try {
            // Another caller's dial may have ended between the look for a connection and this one's turn.
            var existing = open.apply(peer);
            var connection = existing.isPresent() ? existing.get() : dial.dial(peer, addresses, deadline);
            own.complete(connection);
            return connection;
        } finally {
            // First gone, then failed: whoever waited for it must not find it again. After a success it does nothing.
            dialling.remove(peer, own);
            own.completeExceptionally(new Libp2pException(Kind.UNREACHABLE, "the dial to " + peer + " failed"));
        }
    }

    /** What another caller's dial comes to; empty if it failed. */
    private static Optional<HostConnection> join(
            CompletableFuture<HostConnection> others, PeerId peer, Deadline deadline) throws Libp2pException {
        try {
            return Optional.of(others.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            throw new Libp2pException(Kind.TIMEOUT, "deadline passed while dialling " + peer, e);
        } catch (ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Libp2pException(Kind.CLOSED, "interrupted while dialling " + peer, e);
        }
    }
}
