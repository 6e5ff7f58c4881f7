/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.noise;

import org.jspecify.annotations.NullMarked;
