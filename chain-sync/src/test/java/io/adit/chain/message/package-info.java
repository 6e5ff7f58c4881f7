/** Golden vectors and behaviour of the message outbox. */
@NullMarked
package io.adit.chain.message;

import org.jspecify.annotations.NullMarked;
