/** Signed envelopes (libp2p RFC 0002): what a peer has signed for one purpose, and can hand to others as proof. */
@NullMarked
package io.adit.libp2p.record;

import org.jspecify.annotations.NullMarked;
