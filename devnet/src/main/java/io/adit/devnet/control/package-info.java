/**
 * Hooks that no real chain has: give money away, move the clock, break things on purpose. They are served on a path and with a
 * token of their own, so that a node under test cannot reach them by the API it is given.
 */
@NullMarked
package io.adit.devnet.control;

import org.jspecify.annotations.NullMarked;
