/**
 * The full node that the devnet is: every question a provider asks of a chain, answered from links, states and the pool.
 *
 * <p>{@link io.adit.devnet.node.DevnetNode} implements the same {@code FullNode} interface that the provider's client does, so
 * that tests may use it in process and the JSON-RPC server needs no second set of answers. Answers for a tipset come from
 * the state before its own messages, as Lotus's do.
 */
@NullMarked
package io.adit.devnet.node;

import org.jspecify.annotations.NullMarked;
