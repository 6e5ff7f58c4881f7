/**
 * The deal protocols' messages with their exact bytes: CBOR maps keyed by field name (Boost's wire types). Peers may send
 * keys in any order, leave out flags and add keys that are not known here; what is written is always in canonical order.
 * Everything is bounded before it is allocated. Only encodings enter; what a message means is decided one package up.
 */
@NullMarked
package io.adit.market.deal.wire;

import org.jspecify.annotations.NullMarked;
