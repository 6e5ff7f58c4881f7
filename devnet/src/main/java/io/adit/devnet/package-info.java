/**
 * An embedded development chain: one command runs the whole life of a deal with no network, and tests play single histories of
 * a chain (faults, reorgs, restarts) against a provider's code.
 *
 * <p>It is reached as Lotus is reached, by JSON-RPC with a token, and it verifies every proof with the native library. It has
 * no virtual machine and one block producer; the module's README lists what is real and what is not. Nothing of the provider
 * may depend on this module.
 */
@NullMarked
package io.adit.devnet;

import org.jspecify.annotations.NullMarked;
