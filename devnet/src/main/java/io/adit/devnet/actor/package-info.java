/**
 * The built-in actors of the embedded chain as plain Java: state, method dispatch, money and verdicts.
 *
 * <p>There is no virtual machine. Each actor is a class that reads and writes a {@link io.adit.devnet.actor.StateTree}
 * through an {@link io.adit.devnet.actor.Invocation} and either returns CBOR or aborts with the exit code that the real
 * actor gives. The order of checks follows builtin-actors v18, because a wrong order is a wrong exit code. Nothing here
 * knows about blocks, the message pool or JSON.
 */
@NullMarked
package io.adit.devnet.actor;

import org.jspecify.annotations.NullMarked;
