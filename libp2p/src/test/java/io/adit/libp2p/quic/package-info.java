/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.quic;

import org.jspecify.annotations.NullMarked;
