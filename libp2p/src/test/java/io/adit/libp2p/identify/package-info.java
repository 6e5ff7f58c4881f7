/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.identify;

import org.jspecify.annotations.NullMarked;
