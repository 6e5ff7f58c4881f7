package io.adit.libp2p.transport;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.noise.TransportCipher;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/** Reads Noise messages while the muxer is being agreed on; afterwards {@link SecureFrameReader} does. */
final class SecureInput extends InputStream {
    private final DataInputStream in;
    private final TransportCipher cipher;
    private byte[] plain = new byte[0];
    private int position;
    private int end;

    SecureInput(InputStream in, TransportCipher cipher) {
        this.in = new DataInputStream(in);
        this.cipher = cipher;
    }

    @Override
    public int read() throws IOException {
        fill();
        return plain[position++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        fill();
        var taken = Math.min(length, end - position);
        System.arraycopy(plain, position, target, offset, taken);
        position += taken;
        return taken;
    }

    private void fill() throws IOException {
        while (position == end) {
            plain = new byte[in.readUnsignedShort()];
            in.readFully(plain);
            try {
                end = cipher.applyInPlace(plain, 0, plain.length);
            } catch (GeneralSecurityException e) {
                throw new Libp2pException(Kind.PROTOCOL_VIOLATION, "Noise message cannot be opened", e);
            }
            position = 0;
        }
    }

    /** Bytes that were decrypted and not read. */
    byte[] rest() {
        return Arrays.copyOfRange(plain, position, end);
    }
}
