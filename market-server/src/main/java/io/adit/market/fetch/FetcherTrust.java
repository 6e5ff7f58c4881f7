package io.adit.market.fetch;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Whose certificates count for downloads: those that come with Java, and those of a store that the node's JVM was told of ({@code
 * javax.net.ssl.trustStore}). What a JVM does with {@code NONE}, and without a file, is left as it is.
 *
 * @param store the file; {@code NONE}, or empty
 * @param type of the store; empty for Java's own
 * @param provider that reads it; empty for any
 * @param password empty for none
 */
record FetcherTrust(String store, String type, String provider, String password) {
    private static final String STORE = "javax.net.ssl.trustStore";
    private static final String TYPE = "javax.net.ssl.trustStoreType";
    private static final String PROVIDER = "javax.net.ssl.trustStoreProvider";
    private static final String PASSWORD = "javax.net.ssl.trustStorePassword";
    private static final String NONE = "NONE";

    /** @param properties of the node's JVM */
    static FetcherTrust of(Properties properties) {
        var store = properties.getProperty(STORE, "");
        return new FetcherTrust(
                isFile(store) ? Path.of(store).toAbsolutePath().toString() : store,
                properties.getProperty(TYPE, ""),
                properties.getProperty(PROVIDER, ""),
                properties.getProperty(PASSWORD, ""));
    }

    private static boolean isFile(String store) {
        return !store.isEmpty() && !store.equals(NONE);
    }

    void write(DataOutputStream out) throws IOException {
        for (var part : parts()) {
            out.writeUTF(part);
        }
        out.flush();
    }

    static FetcherTrust read(DataInputStream in) throws IOException {
        return new FetcherTrust(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF());
    }

    private List<String> parts() {
        return List.of(store, type, provider, password);
    }

    /** TLS for a process of its own: where there is no file, that process is told what the node was told. */
    SSLSocketFactory sockets() throws IOException, GeneralSecurityException {
        if (!isFile(store)) {
            var names = List.of(STORE, TYPE, PROVIDER, PASSWORD);
            for (int i = 0; i < names.size(); i++) {
                if (!parts().get(i).isEmpty()) {
                    System.setProperty(names.get(i), parts().get(i));
                }
            }
            return (SSLSocketFactory) SSLSocketFactory.getDefault();
        }
        var all = KeyStore.getInstance("PKCS12");
        all.load(null, null);
        for (var anchor : anchors()) {
            all.setCertificateEntry(String.valueOf(all.size()), anchor);
        }
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(all);
        var context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    /** Java's own, and the store's; of the latter also the first certificate of each key, as a JVM takes them. */
    List<X509Certificate> anchors() throws IOException, GeneralSecurityException {
        var javas = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        javas.init((KeyStore) null);
        var anchors = new ArrayList<X509Certificate>();
        Stream.of(javas.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .forEach(manager -> Collections.addAll(anchors, manager.getAcceptedIssuers()));
        var given = stored();
        for (var alias : Collections.list(given.aliases())) {
            if (given.getCertificate(alias) instanceof X509Certificate certificate) {
                anchors.add(certificate);
            }
        }
        return anchors;
    }

    private KeyStore stored() throws IOException, GeneralSecurityException {
        var kind = type.isEmpty() ? KeyStore.getDefaultType() : type;
        var keys = provider.isEmpty() ? KeyStore.getInstance(kind) : KeyStore.getInstance(kind, provider);
        try (InputStream in = Files.newInputStream(Path.of(store))) {
            keys.load(in, password.isEmpty() ? null : password.toCharArray());
        }
        return keys;
    }

    /** Not the password. */
    @Override
    public String toString() {
        return store.isEmpty() ? "the certificates that come with Java" : store;
    }
}
