/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.multiaddr;

import org.jspecify.annotations.NullMarked;
