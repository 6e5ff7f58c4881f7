package io.adit.core.state;

import io.adit.core.fil.Commitment;

/**
 * A collection of multihashes that indexers hold under one name, as the chain of advertisements says now.
 *
 * @param contextId the name
 * @param metadata how the content is retrieved
 */
public record AdContext(Bytes contextId, Commitment piece, AdKind kind, Bytes metadata) {}
