package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.multistream.MultistreamSelect;
import io.adit.libp2p.resource.ConnectionPlace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** From a raw socket to a secured connection: agree on Noise or TLS, shake hands, agree on Yamux. Blocking. */
public final class ConnectionUpgrader {
    private static final String YAMUX = "/yamux/1.0.0";

    private final List<ConnectionSecurity> security;
    private final SendBudget sendBudget;

    /**
     * @param security what this side speaks, the most wanted first; dialled peers are asked in this order
     * @param sendBudget what all connections together may have unsent
     */
    public ConnectionUpgrader(List<ConnectionSecurity> security, SendBudget sendBudget) {
        if (security.isEmpty()) {
            throw new IllegalArgumentException("connections must be secured by at least one protocol");
        }
        this.security = List.copyOf(security);
        this.sendBudget = sendBudget;
    }

    /**
     * Upgrades a connection, within the deadline that the channel was made with; closes it on failure.
     *
     * @param place what the connection has of the host's resources; told who the remote is
     * @param expected who a dialler wants to reach
     * @throws Libp2pException IDENTITY if the remote is somebody else or cannot prove who it is; TIMEOUT;
     *     UNSUPPORTED_PROTOCOL; PROTOCOL_VIOLATION; CONNECTION_LOST; LIMIT
     */
    SecuredConnection upgrade(RawChannel raw, ConnectionPlace place, boolean initiator, Optional<PeerId> expected)
            throws Libp2pException {
        var done = false;
        try {
            var secured = secure(raw, place, initiator, expected);
            done = true;
            return secured;
        } catch (Libp2pException e) {
            throw e;
        } catch (IOException e) {
            throw new Libp2pException(Kind.CONNECTION_LOST, "remote closed while the connection was secured", e);
        } finally {
            if (!done) {
                raw.discard();
            }
        }
    }

    private SecuredConnection secure(
            RawChannel raw, ConnectionPlace place, boolean initiator, Optional<PeerId> expected) throws IOException {
        raw.awaitReady();
        var known = security.stream().collect(Collectors.toMap(ConnectionSecurity::protocolId, Function.identity()));
        var wanted = security.stream().map(ConnectionSecurity::protocolId).toList();
        var chosen = known.get(agree(raw.input(), raw.output(), initiator, wanted));
        if (chosen == null) {
            throw new IllegalStateException("a protocol was agreed on that is not among " + wanted);
        }
        place.beginHandshake();
        var layer = chosen.shakeHands(raw, initiator, YAMUX);
        var remote = layer.remoteKey().peerId();
        if (expected.isPresent() && !expected.get().equals(remote)) {
            throw new Libp2pException(
                    Kind.IDENTITY, "dialled peer " + expected.get() + ", but peer " + remote + " answered");
        }
        var refusal = place.secured(remote);
        if (refusal.isPresent()) {
            throw Libp2pException.refused("no connection with " + remote, refusal.get());
        }
        var writer = new SecureFrameWriter(raw.channel(), layer.sealer(), sendBudget);
        if (!layer.muxerAgreed()) {
            agree(layer.input(), secureOutput(writer), initiator, List.of(YAMUX));
        }
        return new SecuredConnection(initiator, raw, place, layer, writer);
    }

    private static String agree(InputStream in, OutputStream out, boolean initiator, List<String> protocols)
            throws IOException {
        return initiator
                ? MultistreamSelect.propose(in, out, protocols)
                : MultistreamSelect.answer(in, out, protocols::contains);
    }

    private static OutputStream secureOutput(SecureFrameWriter writer) {
        return new OutputStream() {
            @Override
            public void write(int value) {
                writer.sendPlain(new byte[] {(byte) value});
            }

            @Override
            public void write(byte[] source) {
                writer.sendPlain(source);
            }
        };
    }
}
