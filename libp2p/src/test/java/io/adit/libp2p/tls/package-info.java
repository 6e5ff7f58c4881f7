/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.tls;

import org.jspecify.annotations.NullMarked;
