/**
 * Content addressing: CIDs, multihashes, varints, DAG-CBOR, CAR archives and UnixFS files.
 *
 * <p>These are the encodings in which the chain, its clients and the retrieval world exchange data
 * (<a href="https://ipld.io/specs/">IPLD</a>, <a href="https://multiformats.io/">multiformats</a>). Readers here take
 * bytes from strangers: every length, count and depth is checked against what is left or against a stated limit before
 * anything is allocated, and what they refuse they refuse with a typed error. Filecoin's own types are next door in
 * {@code io.adit.core.fil}; nothing here knows about them.
 */
@NullMarked
package io.adit.core.ipld;

import org.jspecify.annotations.NullMarked;
