/**
 * Blocks, tipsets, forks and the log they survive in.
 *
 * <p>A {@link io.adit.devnet.chain.Link} is a tipset with the state before and after it; links hang on their parents, so old
 * states (a thousand tipsets back) and reorgs need no undo. The {@link io.adit.devnet.chain.Chain} makes and executes links and writes each one to the
 * {@link io.adit.devnet.chain.ChainLog} before anybody sees it.
 */
@NullMarked
package io.adit.devnet.chain;

import org.jspecify.annotations.NullMarked;
