/**
 * The chain's own values: messages, receipts, block headers, tipsets, deadlines, randomness. Each is an immutable record
 * with exact DAG-CBOR both ways and, where the chain gives it one, a CID. Nothing here knows a node, a network socket or
 * an actor's parameters; reading is strict and bounded, because most bytes come from strangers.
 */
@NullMarked
package io.adit.chain.type;

import org.jspecify.annotations.NullMarked;
