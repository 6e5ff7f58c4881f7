package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.SecurityProtocol;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.tls.RefusedCertificateException;
import io.adit.libp2p.tls.TlsIdentity;
import io.adit.libp2p.yamux.YamuxSession;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * TLS over a connection: Netty's handler encrypts and decrypts on the event loop, the handshake's signatures are made
 * and checked elsewhere.
 */
public final class TlsSecurity extends ConnectionSecurity {
    private static final byte[] NOTHING = new byte[0];

    private final TlsIdentity identity;
    private final Executor threads;

    /** @param threads runs the costly parts of handshakes; a virtual thread for each task */
    public TlsSecurity(TlsIdentity identity, Executor threads) {
        super(SecurityProtocol.TLS.protocolId());
        this.identity = identity;
        this.threads = threads;
    }

    @Override
    SecureLayer shakeHands(RawChannel raw, boolean initiator, String muxer) throws Libp2pException {
        var engine = identity.newEngine(initiator, List.of(muxer));
        try {
            raw.encrypt(engine, threads);
            var agreed = engine.getApplicationProtocol();
            return new Layer(identity.remoteKey(engine.getSession()), muxer.equals(agreed), raw.input());
        } catch (RefusedCertificateException e) {
            throw refused(e);
        }
    }

    /** What a failed handshake means to the caller. */
    public static Libp2pException failed(Throwable cause) {
        for (var reason = cause; reason != null; reason = reason.getCause()) {
            if (reason instanceof RefusedCertificateException certificate) {
                return refused(certificate);
            }
            if (reason instanceof ClosedChannelException) {
                return new Libp2pException(Kind.CONNECTION_LOST, "remote closed within the TLS handshake", cause);
            }
            if (reason instanceof SslHandshakeTimeoutException) {
                return new Libp2pException(Kind.TIMEOUT, "deadline passed within the TLS handshake", cause);
            }
        }
        return new Libp2pException(Kind.PROTOCOL_VIOLATION, "TLS handshake failed: " + cause.getMessage(), cause);
    }

    private static Libp2pException refused(RefusedCertificateException reason) {
        return new Libp2pException(
                Kind.IDENTITY,
                "TLS handshake: the remote's certificate is refused (" + reason.fault() + "): " + reason.getMessage(),
                reason);
    }

    /** The channel does the rest. */
    record Layer(PublicKey remoteKey, boolean muxerAgreed, InputStream input) implements SecureLayer {
        @Override
        public byte[] unread() {
            return NOTHING;
        }

        @Override
        public MessageSealer sealer() {
            return MessageSealer.NONE;
        }

        @Override
        public SessionReader reader(YamuxSession session, SecureFrameWriter writer) {
            return new PlainReader(session, writer);
        }
    }
}
