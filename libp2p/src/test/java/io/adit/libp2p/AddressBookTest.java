package io.adit.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multiaddr.Multiaddr;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AddressBookTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final SecureRandom random = new SecureRandom();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T00:00:00Z"));
    private final AddressBook book = new AddressBook(now::get);
    private final PeerId peer = peer();

    private PeerId peer() {
        return Identity.generate(KeyType.ED25519, random).peerId();
    }

    private static Multiaddr address(int port) {
        return Multiaddr.parse("/ip4/192.0.2.1/tcp/" + port);
    }

    private void pass(Duration time) {
        now.set(now.get().plus(time));
    }

    @Test
    void addressExpires() {
        book.add(peer, List.of(address(1)), MINUTE);
        book.add(peer, List.of(address(2)), MINUTE.multipliedBy(2));

        assertThat(book.addresses(peer)).containsExactly(address(2), address(1));
        pass(MINUTE);
        assertThat(book.addresses(peer)).containsExactly(address(2));
        pass(MINUTE);
        assertThat(book.addresses(peer)).isEmpty();
        assertThat(book.size()).isZero();
    }

    @Test
    void shorterValidity_takesNothingAway() {
        book.add(peer, List.of(address(1)), MINUTE.multipliedBy(2));
        book.add(peer, List.of(address(1)), MINUTE);

        pass(MINUTE);

        assertThat(book.addresses(peer)).containsExactly(address(1));
    }

    @Test
    void peerAtTheEnd_isLeftOut() {
        book.add(peer, List.of(address(1).withPeer(peer), address(1)), MINUTE);

        assertThat(book.addresses(peer)).containsExactly(address(1));
        book.remove(peer);
        assertThat(book.addresses(peer)).isEmpty();
    }

    @Test
    void peerWithManyAddresses_keepsTheLongestValid() {
        for (var port = 1; port <= 100; port++) {
            book.add(peer, List.of(address(port)), MINUTE.multipliedBy(port));
        }

        assertThat(book.addresses(peer)).hasSize(AddressBook.MAX_ADDRESSES).contains(address(100), address(85));
    }

    @Test
    void manyPeers_pushOutTheLeastUsed() {
        book.add(peer, List.of(address(1)), MINUTE);
        var forgotten = peer();
        book.add(forgotten, List.of(address(1)), MINUTE);
        for (var other = 0; other < AddressBook.MAX_PEERS - 1; other++) {
            book.add(peer(), List.of(address(1)), MINUTE);
            book.addresses(peer);
        }

        assertThat(book.size()).isEqualTo(AddressBook.MAX_PEERS);
        assertThat(book.addresses(forgotten)).isEmpty();
        assertThat(book.addresses(peer)).isNotEmpty();
    }

    @Test
    void addressThatAnOperatorHasGiven_isNotPushedOutByStrangers() {
        book.add(peer, List.of(address(1)), AddressBook.FOR_EVER);
        for (var other = 0; other < AddressBook.MAX_PEERS + 10; other++) {
            book.add(peer(), List.of(address(1)), AddressBook.AFTER_A_DIAL);
        }

        assertThat(book.size()).isEqualTo(AddressBook.MAX_PEERS);
        assertThat(book.addresses(peer)).containsExactly(address(1));
    }

    @Test
    void validityOfNoTime_isRefused() {
        assertThatThrownBy(() -> book.add(peer, List.of(address(1)), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
