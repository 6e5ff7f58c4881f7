/**
 * QUIC version 1 as libp2p speaks it ({@code /udp/<port>/quic-v1}, libp2p specification "QUIC"): the TLS handshake of QUIC
 * carries the certificates of {@link io.adit.libp2p.tls}, and QUIC's streams take the place of Yamux. Packets, loss
 * recovery and encryption are quiche's and BoringSSL's, in native code behind Netty; this package makes blocking
 * streams with back-pressure out of them, and counts everything against the host's limits. Where there is no native
 * library for the platform, {@link io.adit.libp2p.quic.QuicTransport#isAvailable} says so and the host goes on without.
 */
@NullMarked
package io.adit.libp2p.quic;

import org.jspecify.annotations.NullMarked;
