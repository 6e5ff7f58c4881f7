/**
 * The durable task engine: what must happen in the end, whatever crashes in between.
 *
 * <p>A task is a row: a kind, a key, a small payload. A handler says what it needs and runs it; the engine owns
 * persistence, leases, resources, retries and waking. The result of a task and the fact that it is done are written in
 * one transaction, guarded by a fencing token, so a task that lost its lease cannot commit. A task may run more than
 * once and must therefore be able to tell what of it is done already. Nothing about sectors, deals or chains enters
 * here.
 */
@NullMarked
package io.adit.core.task;

import org.jspecify.annotations.NullMarked;
