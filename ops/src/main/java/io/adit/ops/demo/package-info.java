/**
 * {@code adit demo}: plays the client who wants the network to keep a picture. It starts a devnet and a node as two
 * processes and then talks to them only as any client would: libp2p, HTTP and the chain. Nothing in here may reach into
 * the node.
 */
@NullMarked
package io.adit.ops.demo;

import org.jspecify.annotations.NullMarked;
