/**
 * Keys and signatures: secp256k1 and BLS12-381 as Filecoin uses them, and the encrypted keystore.
 *
 * <p>Private keys live only here: they enter by import or generation, leave only by an explicit export, are encrypted at
 * rest and never appear in {@code toString}, logs or messages. Other rooms see {@link io.adit.core.keys.Signer} and
 * {@link io.adit.core.keys.Signatures}. What is being signed is
 * bytes here, and a {@link io.adit.core.keys.SigningKind} at most: its meaning does not enter.
 */
@NullMarked
package io.adit.core.keys;

import org.jspecify.annotations.NullMarked;
