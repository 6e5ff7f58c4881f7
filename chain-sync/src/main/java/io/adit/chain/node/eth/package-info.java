/**
 * The values of the node's Ethereum face ({@code eth_*}, Lotus {@code chain/types/ethtypes}), which only proof of data
 * possession needs. Enters here: hashes, addresses, blocks and transactions with Lotus's meaning of them, where a block is a
 * tipset, its number an epoch and wei is attoFIL. How they look in JSON is the business of {@code io.adit.chain.node.json}.
 */
@NullMarked
package io.adit.chain.node.eth;

import org.jspecify.annotations.NullMarked;
