package io.adit.chain.node.pool;

import io.adit.chain.node.FullNode;

/**
 * One of the nodes of a pool.
 *
 * @param name what it is called in alarms and metrics; holds no token
 * @param node the connection; the pool closes it
 */
public record PoolMember(String name, FullNode node) {}
