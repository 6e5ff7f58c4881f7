/**
 * Multistream-select 1.0.0: how the two ends of a connection or stream agree on a protocol, one line at a time.
 * Lines and the number of proposals are bounded; time is bounded by the deadline of the stream that is negotiated.
 */
@NullMarked
package io.adit.libp2p.multistream;

import org.jspecify.annotations.NullMarked;
