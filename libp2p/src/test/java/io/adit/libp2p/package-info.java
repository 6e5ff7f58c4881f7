/** Tests of whole hosts: with each other, and with go-libp2p in both directions. */
@NullMarked
package io.adit.libp2p;

import org.jspecify.annotations.NullMarked;
