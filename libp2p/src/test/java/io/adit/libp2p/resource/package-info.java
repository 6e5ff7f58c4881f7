/** Tests of this layer alone. */
@NullMarked
package io.adit.libp2p.resource;

import org.jspecify.annotations.NullMarked;
