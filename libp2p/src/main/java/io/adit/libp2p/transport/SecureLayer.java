package io.adit.libp2p.transport;

import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.yamux.YamuxSession;
import java.io.InputStream;

/** What a security protocol's handshake leaves: who the remote is, and how bytes travel from now on. */
sealed interface SecureLayer permits NoiseSecurity.Layer, TlsSecurity.Layer {
    /** The remote's identity, proved. */
    PublicKey remoteKey();

    /** Whether the handshake has agreed on Yamux too. */
    boolean muxerAgreed();

    /** Decrypted bytes, for the agreement on the muxer. */
    InputStream input();

    /** Bytes that were decrypted and not read from {@link #input}. */
    byte[] unread();

    MessageSealer sealer();

    /** What reads the channel once there is a session. */
    SessionReader reader(YamuxSession session, SecureFrameWriter writer);
}
