/**
 * The client's side of a deal: what {@code adit client} and the demo use to store data with a provider and to fetch it
 * back. Nothing that a provider sends is believed; every byte is checked against the CID that was asked for before it is
 * kept.
 */
@NullMarked
package io.adit.market.client;

import org.jspecify.annotations.NullMarked;
