/**
 * Signing by what is signed: block signing through the slash guard, and a signer that is a process of its own.
 *
 * <p>The node asks a {@link io.adit.chain.signer.SignerServer} over a Unix socket with the {@link
 * io.adit.chain.signer.RemoteSigner}. Every request carries the whole message, header, proposal or VRF input; the server
 * decodes it strictly, checks its {@link io.adit.chain.signer.SignerPolicy} (who, where to, which methods, how much for one
 * message and for one day), computes the bytes to sign itself, and never signs a hash that it was given. Blocks pass the
 * slash guard, which lives in the signer's process. {@code docs/signer.md} has the protocol. Keys stay in the keystore;
 * nothing here knows the chain's state, so a policy cannot ask it.
 */
@NullMarked
package io.adit.chain.signer;

import org.jspecify.annotations.NullMarked;
