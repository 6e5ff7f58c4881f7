/** Tests of this layer alone; those with go-libp2p's relays are with the other interop tests, a package above. */
@NullMarked
package io.adit.libp2p.reach;

import org.jspecify.annotations.NullMarked;
