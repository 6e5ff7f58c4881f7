/** Tests of gossipsub; those against go-libp2p-pubsub are with the other interop tests, a package above. */
@NullMarked
package io.adit.libp2p.gossipsub;

import org.jspecify.annotations.NullMarked;
