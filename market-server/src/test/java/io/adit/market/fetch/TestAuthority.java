package io.adit.market.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Properties;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate of 127.0.0.1 that nobody knows who was not told.
 *
 * @param store a PKCS #12 file with the certificate and its key
 */
record TestAuthority(Path store) {
    static final String PASSWORD = "trickle";

    static TestAuthority in(Path folder) throws Exception {
        var file = folder.resolve("keys");
        var tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var made = new ProcessBuilder(
                        (tool + " -genkeypair -alias a -keyalg EC -dname CN=t -ext SAN=ip:127.0.0.1 -storetype PKCS12"
                                        + " -storepass " + PASSWORD + " -keystore " + file)
                                .split(" "))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        assertThat(made.waitFor()).isZero();
        return new TestAuthority(file);
    }

    /** Of a server that shows the certificate, and of a client that trusts it. */
    SSLContext context() throws Exception {
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        var context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    /** What a JVM is told that is to trust it. */
    Properties trust() throws Exception {
        var certificate = store.resolveSibling("certificate");
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        trusted.setCertificateEntry("a", keys.getCertificate("a"));
        try (var out = Files.newOutputStream(certificate)) {
            trusted.store(out, PASSWORD.toCharArray());
        }
        var told = new Properties();
        told.setProperty("javax.net.ssl.trustStore", certificate.toString());
        told.setProperty("javax.net.ssl.trustStoreType", "PKCS12");
        told.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
        return told;
    }
}
