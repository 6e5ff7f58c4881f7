/** The chain's own rules, against what a real network recorded. */
@NullMarked
package io.adit.devnet.chain;

import org.jspecify.annotations.NullMarked;
