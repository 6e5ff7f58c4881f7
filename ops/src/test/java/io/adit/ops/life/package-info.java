/** The whole house at work: real processes, real proofs, real sockets. */
@NullMarked
package io.adit.ops.life;

import org.jspecify.annotations.NullMarked;
