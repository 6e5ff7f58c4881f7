/**
 * Tells network indexers (IPNI) what can be fetched here: a signed chain of advertisements, one for each piece and one for
 * the blocks in it, that indexers read over HTTP. What cannot be served is taken back.
 */
@NullMarked
package io.adit.market.ipni;

import org.jspecify.annotations.NullMarked;
