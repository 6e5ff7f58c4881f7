/** The actors held to what the real ones did on a recorded Lotus network. */
@NullMarked
package io.adit.devnet.actor;

import org.jspecify.annotations.NullMarked;
