/**
 * Fetches a client's data over HTTP, and over HTTP on libp2p, without being turned against the network that the node stands in. A host is resolved
 * once, every address it has is checked, and the checked address is the one connected to; redirects go through the same
 * door. Everything a server sends is bounded. No keys and no deals enter: a URL, headers and a byte range come in, bytes
 * come out.
 */
@NullMarked
package io.adit.market.fetch;

import org.jspecify.annotations.NullMarked;
