/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.yamux;

import org.jspecify.annotations.NullMarked;
