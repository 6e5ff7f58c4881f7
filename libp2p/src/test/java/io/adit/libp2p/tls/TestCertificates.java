package io.adit.libp2p.tls;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;

/** A certificate for WebSockets within TLS that nobody has signed, and trust in everybody's. */
public final class TestCertificates {
    private TestCertificates() {}

    public static SSLContext selfSignedAndCredulous(SecureRandom random) throws Exception {
        var own = selfSigned(random);
        var password = new char[0];
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, password);
        store.setKeyEntry("own", own.key(), password, new Certificate[] {own.certificate()});
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new Credulous()}, random);
        return context;
    }

    /** Writes what an authority's program would. */
    public static void writePem(SecureRandom random, Path chain, Path key) throws Exception {
        var own = selfSigned(random);
        Files.writeString(chain, pem("CERTIFICATE", own.certificate().getEncoded()));
        Files.writeString(key, pem("PRIVATE KEY", own.key().getEncoded()));
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + what
                + "-----\n";
    }

    private static HostCertificate selfSigned(SecureRandom random) {
        var now = InstantSource.system().instant();
        return HostCertificate.create(
                random,
                now.minus(Duration.ofDays(1)),
                now.plus(Duration.ofDays(1)),
                key -> new Extensions(new Extension(
                        Extension.subjectKeyIdentifier, false, new DEROctetString(new byte[] {4, 1, 1}))));
    }

    private static final class Credulous extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
