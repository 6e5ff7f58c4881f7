/** Golden vectors and behaviour of the chain's actors: parameters, numbers, formulas. */
@NullMarked
package io.adit.chain.actor;

import org.jspecify.annotations.NullMarked;
