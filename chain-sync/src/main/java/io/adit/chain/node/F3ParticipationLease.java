package io.adit.chain.node;

import io.adit.core.fil.ActorId;

/** Instances of F3 (FIP-0086) that a node signs for a miner (Lotus {@code api.F3ParticipationLease}). */
public record F3ParticipationLease(
        String network, String issuer, ActorId miner, long fromInstance, long validityTerm) {}
