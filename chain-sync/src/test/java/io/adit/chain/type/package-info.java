/** Golden vectors and behaviour of the chain's values. */
@NullMarked
package io.adit.chain.type;

import org.jspecify.annotations.NullMarked;
