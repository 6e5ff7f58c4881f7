/**
 * AutoNAT v1 (libp2p specs, autonat): peers tell a host whether it can be dialled, by dialling it back; and this host does so
 * for others, at the address that it sees them at and no other, so that it cannot be sent against third parties.
 */
@NullMarked
package io.adit.libp2p.autonat;

import org.jspecify.annotations.NullMarked;
