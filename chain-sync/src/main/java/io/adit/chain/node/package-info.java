/**
 * The provider's view of a full node: one typed method for each Lotus JSON-RPC method that a storage provider uses, and
 * the records those methods speak in. Enters here: interfaces and values with Lotus's meaning and units. How the values
 * look in JSON is the business of {@code io.adit.chain.node.json}, how they travel that of {@code
 * io.adit.chain.node.rpc}.
 */
@NullMarked
package io.adit.chain.node;

import org.jspecify.annotations.NullMarked;
