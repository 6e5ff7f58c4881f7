/** Tests of the relay client; those against go-libp2p's relays are with the other interop tests, a package above. */
@NullMarked
package io.adit.libp2p.relay;

import org.jspecify.annotations.NullMarked;
