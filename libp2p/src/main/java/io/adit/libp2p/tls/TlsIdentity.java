package io.adit.libp2p.tls;

import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.PublicKey;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** What a host needs to speak libp2p's TLS: its certificate, and the rules for those of others. */
public final class TlsIdentity {
    /** The application protocol of peers that agree on the muxer after the handshake. */
    public static final String ALPN = "libp2p";

    private static final String ALIAS = "host";
    private static final String[] VERSIONS = {"TLSv1.3"};

    private final InstantSource clock;
    private final HostCertificate own;
    private final SSLContext context;

    public TlsIdentity(Identity identity, SecureRandom random, InstantSource clock) {
        this(HostCertificate.create(identity, random, clock.instant()), random, clock);
    }

    /** Tests show other certificates. */
    TlsIdentity(HostCertificate own, SecureRandom random, InstantSource clock) {
        this.clock = clock;
        this.own = own;
        try {
            context = SSLContext.getInstance(VERSIONS[0]);
            context.init(new KeyManager[] {new OneCertificate(own)}, new TrustManager[] {new RemotesOwnWord()}, random);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform lacks TLS 1.3", e);
        }
    }

    /**
     * An engine for one connection: TLS 1.3 only, certificates on both sides, no server name, and the muxers offered
     * before {@link #ALPN} (libp2p specification "inlined muxer negotiation").
     *
     * @param initiator whether this side dialled
     * @param muxers names of those that may be agreed on within the handshake
     */
    public SSLEngine newEngine(boolean initiator, List<String> muxers) {
        var engine = context.createSSLEngine();
        engine.setUseClientMode(initiator);
        var parameters = engine.getSSLParameters();
        parameters.setProtocols(VERSIONS);
        parameters.setNeedClientAuth(true);
        parameters.setApplicationProtocols(
                Stream.concat(muxers.stream(), Stream.of(ALPN)).toArray(String[]::new));
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** The key of {@link #certificate}, for TLS stacks that are not the platform's. */
    public PrivateKey key() {
        return own.key();
    }

    /** What this host shows of itself. */
    public X509Certificate certificate() {
        return own.certificate();
    }

    /** Takes the certificate of a remote for what it proves by itself. */
    public TrustManager trustManager() {
        return new RemotesOwnWord();
    }

    /**
     * Who a finished handshake has proved the remote to be. The certificate is checked once more: a session that was
     * resumed did not pass the trust manager.
     */
    public PublicKey remoteKey(SSLSession session) throws RefusedCertificateException {
        try {
            var chain = session.getPeerCertificates();
            return verify(List.of(chain).toArray(X509Certificate[]::new));
        } catch (SSLPeerUnverifiedException | ArrayStoreException e) {
            throw new RefusedCertificateException(
                    RefusedCertificateException.Fault.NOT_ONE_CERTIFICATE, "the remote showed no certificate", e);
        }
    }

    private PublicKey verify(X509Certificate[] chain) throws RefusedCertificateException {
        return RemoteCertificate.verify(chain, clock.instant());
    }

    /** Shows the one certificate, whatever the remote's taste. */
    private static final class OneCertificate extends X509ExtendedKeyManager {
        private final HostCertificate own;

        private OneCertificate(HostCertificate own) {
            this.own = own;
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {own.certificate()};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.key();
        }
    }

    /** Takes the certificate for what it proves by itself; no authority has a say. */
    private final class RemotesOwnWord extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws RefusedCertificateException {
            verify(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws RefusedCertificateException {
            verify(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws RefusedCertificateException {
            verify(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws RefusedCertificateException {
            verify(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws RefusedCertificateException {
            verify(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws RefusedCertificateException {
            verify(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
