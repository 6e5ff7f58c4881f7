/**
 * Identify (/ipfs/id/1.0.0) and identify push (/ipfs/id/push/1.0.0): the peers of a connection tell each other their
 * key, agent, protocols and addresses. What a remote says is a claim; it is kept bounded, and refused if its key is
 * not the one that Noise has proved.
 */
@NullMarked
package io.adit.libp2p.identify;

import org.jspecify.annotations.NullMarked;
