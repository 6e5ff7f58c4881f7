/**
 * TLS 1.3 as libp2p speaks it (libp2p specification "tls"): both sides show a self-signed certificate of a throw-away
 * key, and an extension in it, signed by the host's identity key, says whose it is. No authority is asked and no name
 * is checked: who the remote is follows from the extension alone. What a stranger's certificate may get wrong has a
 * name in {@link io.adit.libp2p.tls.RefusedCertificateException.Fault}. Free of I/O: {@link
 * io.adit.libp2p.tls.TlsIdentity} makes engines of the Java platform's own TLS, which the transport drives.
 */
@NullMarked
package io.adit.libp2p.tls;

import org.jspecify.annotations.NullMarked;
