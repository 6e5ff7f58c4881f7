/**
 * Taking part in F3 (FIP-0086), fast finality, through the full node: the node votes for the miner as long as it holds a lease,
 * and {@link io.adit.chain.f3.F3Participation} sees to it that it always holds one. The votes are signed by the node's own wallet
 * with the worker's key; nothing is signed here. A lease counts F3 instances, not time, so how long it lasts is measured.
 */
@NullMarked
package io.adit.chain.f3;

import org.jspecify.annotations.NullMarked;
