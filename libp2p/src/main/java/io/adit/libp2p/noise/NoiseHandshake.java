package io.adit.libp2p.noise;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * One Noise XX handshake (libp2p specification "noise"): {@code -> e}, {@code <- e, ee, s, es}, {@code -> s, se}. The
 * initiator writes, reads and writes; the responder reads, writes and reads. Payload extensions, such as the early
 * muxer list, are ignored; the muxer is then agreed on by multistream-select, as the specification allows.
 */
public final class NoiseHandshake {
    private static final int SEALED_KEY = NoiseKey.LENGTH + TransportCipher.TAG;
    private static final int MAX_PAYLOAD_FIELDS = 16;

    private final boolean initiator;
    private final NoiseKey key;
    private final SymmetricState state;
    private final byte[] ephemeralPrivate = new byte[X25519.SCALAR_SIZE];
    private final byte[] ephemeral = new byte[NoiseKey.LENGTH];
    private byte[] remoteEphemeral = new byte[0];
    private byte[] remoteStatic = new byte[0];
    private Optional<PublicKey> remoteIdentity = Optional.empty();
    private int step;

    /** What a handshake leaves: who the remote is, and a cipher for each direction. */
    public record Session(PublicKey remoteKey, TransportCipher sending, TransportCipher receiving) {}

    private NoiseHandshake(boolean initiator, NoiseKey key, SecureRandom random) {
        this.initiator = initiator;
        this.key = key;
        X25519.generatePrivateKey(random, ephemeralPrivate);
        X25519.generatePublicKey(ephemeralPrivate, 0, ephemeral, 0);
        try {
            state = new SymmetricState();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform lacks SHA-256 or ChaCha20-Poly1305", e);
        }
    }

    public static NoiseHandshake initiator(NoiseKey key, SecureRandom random) {
        return new NoiseHandshake(true, key, random);
    }

    public static NoiseHandshake responder(NoiseKey key, SecureRandom random) {
        return new NoiseHandshake(false, key, random);
    }

    /** This side's next message, without its length prefix. */
    public byte[] write() throws Libp2pException {
        try {
            return switch (nextStep(initiator)) {
                case 0 -> writeEphemeral();
                case 1 -> writeAnswer();
                default -> writeStatic();
            };
        } catch (GeneralSecurityException e) {
            throw failed(e);
        }
    }

    /** Takes the remote's next message, without its length prefix. */
    public void read(byte[] message) throws Libp2pException {
        try {
            switch (nextStep(!initiator)) {
                case 0 -> readEphemeral(message);
                case 1 -> readAnswer(message);
                default -> readStatic(message);
            }
        } catch (GeneralSecurityException e) {
            throw failed(e);
        }
    }

    /** The result, once all three messages have passed. */
    public Session finish() throws Libp2pException {
        if (step != 3) {
            throw new IllegalStateException("handshake is at message " + step + " of 3");
        }
        try {
            var keys = state.split();
            var sending = TransportCipher.sealing(initiator ? keys.first() : keys.second());
            var receiving = TransportCipher.opening(initiator ? keys.second() : keys.first());
            return new Session(remoteIdentity.orElseThrow(), sending, receiving);
        } catch (GeneralSecurityException e) {
            throw failed(e);
        }
    }

    /** Messages 0 and 2 are the initiator's. */
    private int nextStep(boolean byInitiator) {
        if (step > 2 || (step != 1) != byInitiator) {
            throw new IllegalStateException("handshake message " + step + " is not this call's");
        }
        return step++;
    }

    private byte[] writeEphemeral() throws GeneralSecurityException {
        state.mixHash(ephemeral);
        state.encryptAndHash(new byte[0]);
        return ephemeral.clone();
    }

    private void readEphemeral(byte[] message) throws GeneralSecurityException {
        requireLength(message, NoiseKey.LENGTH);
        remoteEphemeral = Arrays.copyOf(message, NoiseKey.LENGTH);
        state.mixHash(remoteEphemeral);
        state.decryptAndHash(Arrays.copyOfRange(message, NoiseKey.LENGTH, message.length));
    }

    private byte[] writeAnswer() throws GeneralSecurityException {
        var message = new ByteArrayOutputStream();
        state.mixHash(ephemeral);
        message.writeBytes(ephemeral);
        state.mixKey(agree(ephemeralPrivate, remoteEphemeral));
        message.writeBytes(state.encryptAndHash(key.publicKey()));
        state.mixKey(agree(key.privateKey(), remoteEphemeral));
        message.writeBytes(state.encryptAndHash(key.payload()));
        return message.toByteArray();
    }

    private void readAnswer(byte[] message) throws GeneralSecurityException, Libp2pException {
        requireLength(message, NoiseKey.LENGTH + SEALED_KEY + TransportCipher.TAG);
        var keyEnd = NoiseKey.LENGTH + SEALED_KEY;
        remoteEphemeral = Arrays.copyOf(message, NoiseKey.LENGTH);
        state.mixHash(remoteEphemeral);
        state.mixKey(agree(ephemeralPrivate, remoteEphemeral));
        remoteStatic = state.decryptAndHash(Arrays.copyOfRange(message, NoiseKey.LENGTH, keyEnd));
        state.mixKey(agree(ephemeralPrivate, remoteStatic));
        identify(state.decryptAndHash(Arrays.copyOfRange(message, keyEnd, message.length)));
    }

    private byte[] writeStatic() throws GeneralSecurityException {
        var message = new ByteArrayOutputStream();
        message.writeBytes(state.encryptAndHash(key.publicKey()));
        state.mixKey(agree(key.privateKey(), remoteEphemeral));
        message.writeBytes(state.encryptAndHash(key.payload()));
        return message.toByteArray();
    }

    private void readStatic(byte[] message) throws GeneralSecurityException, Libp2pException {
        requireLength(message, SEALED_KEY + TransportCipher.TAG);
        remoteStatic = state.decryptAndHash(Arrays.copyOf(message, SEALED_KEY));
        state.mixKey(agree(ephemeralPrivate, remoteStatic));
        identify(state.decryptAndHash(Arrays.copyOfRange(message, SEALED_KEY, message.length)));
    }

    private void identify(byte[] payload) throws Libp2pException {
        try {
            var fields = Protobuf.parse(payload, MAX_PAYLOAD_FIELDS);
            var identity = PublicKey.fromProtobuf(fields.bytes(1)
                    .orElseThrow(() -> new MalformedWireException("handshake payload has no identity key")));
            var signature =
                    fields.bytes(2).orElseThrow(() -> new MalformedWireException("handshake payload has no signature"));
            if (!identity.verify(NoiseKey.signedText(remoteStatic), signature)) {
                throw new Libp2pException(
                        Kind.IDENTITY, "Noise handshake: the signature of peer " + identity.peerId() + " is wrong");
            }
            remoteIdentity = Optional.of(identity);
        } catch (MalformedWireException e) {
            throw new Libp2pException(Kind.IDENTITY, "Noise handshake: the remote's payload is malformed", e);
        }
    }

    private static byte[] agree(byte[] privateKey, byte[] publicKey) throws GeneralSecurityException {
        var shared = new byte[NoiseKey.LENGTH];
        if (!X25519.calculateAgreement(privateKey, 0, publicKey, 0, shared, 0)) {
            throw new GeneralSecurityException("remote's key is of low order");
        }
        return shared;
    }

    private static void requireLength(byte[] message, int atLeast) throws GeneralSecurityException {
        if (message.length < atLeast) {
            throw new GeneralSecurityException(
                    "handshake message of " + message.length + " bytes, at least " + atLeast + " needed");
        }
    }

    private static Libp2pException failed(GeneralSecurityException cause) {
        return new Libp2pException(Kind.IDENTITY, "Noise handshake failed: " + cause.getMessage(), cause);
    }
}
