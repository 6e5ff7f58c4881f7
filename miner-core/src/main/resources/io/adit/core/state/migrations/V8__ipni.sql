-- The chain of advertisements that this provider has published to indexers (IPNI): each block as it was signed, in order.
CREATE TABLE ipni_ad (
    provider TEXT NOT NULL,
    number BIGINT NOT NULL,
    cid TEXT NOT NULL UNIQUE,
    block ${bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (provider, number)
);

-- What the chain says now, all advertisements together. context_id is in hexadecimal.
CREATE TABLE ipni_context (
    provider TEXT NOT NULL,
    context_id TEXT NOT NULL,
    comm_p TEXT NOT NULL,
    kind TEXT NOT NULL,
    metadata ${bytes} NOT NULL,
    PRIMARY KEY (provider, context_id)
);

-- How the chunks of multihashes are made again from the piece: number of the chunk, first section in the payload, chunk that it
-- points to.
CREATE TABLE ipni_chunk (
    cid TEXT NOT NULL,
    comm_p TEXT NOT NULL,
    kind TEXT NOT NULL,
    byte_offset BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    next TEXT,
    PRIMARY KEY (cid, comm_p, kind)
);
CREATE INDEX ipni_chunk_comm_p ON ipni_chunk (comm_p, kind);
