/**
 * Who a peer is: its key pair ({@link io.adit.libp2p.identity.Identity}), its public key and the peer ID made from it.
 * All four key types of the libp2p peer-ids specification sign and verify; keys are read and written in its protobuf
 * form, so that an identity file can be shared with other libp2p implementations.
 */
@NullMarked
package io.adit.libp2p.identity;

import org.jspecify.annotations.NullMarked;
