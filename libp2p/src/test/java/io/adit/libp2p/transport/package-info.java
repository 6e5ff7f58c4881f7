/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.transport;

import org.jspecify.annotations.NullMarked;
