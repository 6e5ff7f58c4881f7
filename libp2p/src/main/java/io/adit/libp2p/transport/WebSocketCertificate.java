package io.adit.libp2p.transport;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/** The certificate that an operator has for {@code /wss}, in the files that certificate authorities' programs write. */
public final class WebSocketCertificate {
    /** A chain of a dozen certificates takes 30 kB. */
    private static final long MAX_FILE = 1 << 20;

    private WebSocketCertificate() {}

    /**
     * Reads both files; whose certificates are believed when dialling is left to the Java platform.
     *
     * @param chain certificates in PEM, the host's own first
     * @param key its private key in PEM, PKCS #8 without a passphrase
     * @throws IOException if a file cannot be read, or they are not what they should be
     */
    public static SSLContext read(Path chain, Path key) throws IOException {
        checkSize(chain);
        checkSize(key);
        try {
            var context = SslContextBuilder.forServer(chain.toFile(), key.toFile())
                    .sslProvider(SslProvider.JDK)
                    .build();
            if (context instanceof JdkSslContext platform) {
                return platform.context();
            }
            throw new IOException("this Java platform lacks TLS");
        } catch (IllegalArgumentException e) {
            var reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new IOException(e.getMessage() + ": " + reason, e);
        }
    }

    private static void checkSize(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE) {
            throw new IOException(file + " has more than " + MAX_FILE + " bytes and is no PEM file of this kind");
        }
    }
}
