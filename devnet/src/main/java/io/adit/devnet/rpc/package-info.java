/**
 * The wire: JSON-RPC over HTTP POST and WebSocket as Lotus serves it, on Netty, and beside it the control path.
 *
 * <p>Shapes and methods come from the client's own catalogue ({@code RpcDispatcher}); what is here is transport, tokens, error
 * codes, status codes and channels. Event loops only move bytes: every request is answered on a virtual thread.
 */
@NullMarked
package io.adit.devnet.rpc;

import org.jspecify.annotations.NullMarked;
