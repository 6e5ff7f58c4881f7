/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.wire;

import org.jspecify.annotations.NullMarked;
