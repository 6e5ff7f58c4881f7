/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.identity;

import org.jspecify.annotations.NullMarked;
