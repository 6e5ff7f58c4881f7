/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.multistream;

import org.jspecify.annotations.NullMarked;
