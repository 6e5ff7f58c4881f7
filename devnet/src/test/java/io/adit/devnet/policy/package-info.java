/** The chain's formulas, against figures that others worked out. */
@NullMarked
package io.adit.devnet.policy;

import org.jspecify.annotations.NullMarked;
