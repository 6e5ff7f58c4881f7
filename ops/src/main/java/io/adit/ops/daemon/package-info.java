/**
 * The daemon: what a node's directory holds, how a node is made, and the one class that wires all rooms together by hand.
 * Nothing is injected by a framework, so the order of construction is the order of the lines.
 */
@NullMarked
package io.adit.ops.daemon;

import org.jspecify.annotations.NullMarked;
