/**
 * What built-in actors take and give: every parameter, return and state record that a storage provider meets, with exact
 * CBOR both ways, the method numbers, the economic formulas, and {@link io.adit.chain.actor.NetworkPolicy}, the one place
 * that knows how network versions differ. Records are as wide as the wire: a number that an actor would refuse, such as an
 * unknown proof type, decodes, because the refusal is the actor's to give. Nothing here talks to a node.
 */
@NullMarked
package io.adit.chain.actor;

import org.jspecify.annotations.NullMarked;
