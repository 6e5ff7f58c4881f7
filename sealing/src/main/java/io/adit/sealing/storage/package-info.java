/**
 * The bytes of sectors: operator-declared storage paths in lotus-miner's layout ({@code sealed/ cache/ unsealed/} under
 * each, files named {@code s-t0<miner>-<number>}, {@code sectorstore.json} in each path and {@code storage.json} beside
 * the node), space reservations, atomic publication, verified moves. Files are named by sector id only, never by a
 * string from outside. Nothing here knows about chain or proofs.
 */
@NullMarked
package io.adit.sealing.storage;

import org.jspecify.annotations.NullMarked;
