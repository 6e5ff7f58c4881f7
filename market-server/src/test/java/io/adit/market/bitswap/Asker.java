package io.adit.market.bitswap;

import io.adit.core.ipld.Cid;
import io.adit.libp2p.Host;
import io.adit.libp2p.Stream;
import io.adit.libp2p.StreamHandler;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.libp2p.wire.Delimited;
import io.adit.libp2p.wire.Protobuf;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of one version that sends what it is told to, and keeps the messages that come. */
final class Asker implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Host host;
    private final String protocol;
    private final Multiaddr provider;
    private final BlockingQueue<Protobuf> came = new LinkedBlockingQueue<>();

    private Asker(String protocol, Multiaddr provider, Optional<StreamHandler> reader) throws IOException {
        this.protocol = protocol;
        this.provider = provider;
        host = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                .protocol(protocol, reader.orElse(this::read))
                .build();
    }

    static Asker speaking(String protocol, Multiaddr provider) throws IOException {
        return new Asker(protocol, provider, Optional.empty());
    }

    /** One that does with the provider's streams as it likes. */
    static Asker reading(Multiaddr provider, StreamHandler reader) throws IOException {
        return new Asker("/ipfs/bitswap/1.2.0", provider, Optional.of(reader));
    }

    private void read(Stream stream) throws IOException {
        for (var message = Delimited.readOrEnd(stream.input(), WantlistReader.MAX_MESSAGE);
                message.isPresent();
                message = Delimited.readOrEnd(stream.input(), WantlistReader.MAX_MESSAGE)) {
            came.add(Protobuf.parse(message.get(), 10_000));
        }
    }

    Stream open() throws IOException {
        return host.newStream(provider, List.of(protocol), LONG);
    }

    /** Sends one message on a stream of its own, which it ends. */
    void ask(byte[]... entries) throws IOException {
        try (var stream = open()) {
            send(stream, entries);
        }
    }

    static void send(Stream stream, byte[]... entries) throws IOException {
        var message = Delimited.of(new Protobuf.Writer()
                .bytes(1, WantlistReaderTest.joined(entries))
                .toByteArray());
        stream.write(message, 0, message.length);
    }

    static byte[] wantBlock(Cid cid) {
        return WantlistReaderTest.entry(cid, "1001 2801");
    }

    static byte[] wantHave(Cid cid) {
        return WantlistReaderTest.entry(cid, "1001 2001 2801");
    }

    /** The next message; fails the test where none comes. */
    Protobuf next() throws InterruptedException {
        return Objects.requireNonNull(came.poll(LONG.toSeconds(), TimeUnit.SECONDS), "no answer came");
    }

    @Override
    public void close() {
        host.close();
    }
}
