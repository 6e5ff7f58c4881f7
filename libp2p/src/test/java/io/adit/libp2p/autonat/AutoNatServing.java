package io.adit.libp2p.autonat;

import io.adit.libp2p.Connection;
import io.adit.libp2p.Host;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Lets tests outside of this package have a host serve AutoNAT on the loopback interface too. */
public final class AutoNatServing {
    private AutoNatServing() {}

    public static void onLoopback(Host host, Duration dialTime) {
        AutoNatServer.serve(host, InstantSource.system(), true, dialTime);
    }

    /** What a peer answers that is asked to dial this host back. */
    public static String ask(Connection peer, Host host) throws IOException {
        try (var stream = peer.newStream(List.of(AutoNatServer.PROTOCOL), Duration.ofSeconds(20))) {
            AutoNatMessage.send(stream, new AutoNatMessage.Dial(Optional.of(host.peerId()), List.of()));
            var answer = (AutoNatMessage.Answer) AutoNatMessage.receive(stream.input());
            return answer.status() + " " + answer.text();
        }
    }
}
