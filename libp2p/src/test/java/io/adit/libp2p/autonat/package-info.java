/** Tests of AutoNAT, with go-libp2p at the other end in {@code GoRelayInteropTest}. */
@NullMarked
package io.adit.libp2p.autonat;

import org.jspecify.annotations.NullMarked;
