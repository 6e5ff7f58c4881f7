/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.record;

import org.jspecify.annotations.NullMarked;
