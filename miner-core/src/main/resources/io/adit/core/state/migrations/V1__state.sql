-- Instants are nanoseconds since 1970; CIDs, commitments (as their CIDs) and addresses are text, so that an operator
-- can read them; booleans are 0 or 1. ${bytes} is BLOB in SQLite and BYTEA in PostgreSQL.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- High-water marks that only grow.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('sector.next', 0);

CREATE TABLE sector (
    number BIGINT PRIMARY KEY,
    seal_proof BIGINT NOT NULL,
    state TEXT NOT NULL,
    ticket_value ${bytes},
    ticket_epoch BIGINT,
    comm_d TEXT,
    comm_r TEXT,
    precommit_cid TEXT,
    precommit_epoch BIGINT,
    seed_value ${bytes},
    seed_epoch BIGINT,
    proof ${bytes},
    commit_cid TEXT,
    activation BIGINT,
    expiration BIGINT,
    error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX sector_state ON sector (state);

CREATE TABLE sector_piece (
    sector BIGINT NOT NULL REFERENCES sector (number),
    position BIGINT NOT NULL,
    comm_p TEXT NOT NULL,
    size BIGINT NOT NULL,
    deal TEXT,
    PRIMARY KEY (sector, position)
);
CREATE INDEX sector_piece_comm_p ON sector_piece (comm_p);

CREATE TABLE deal (
    uuid TEXT PRIMARY KEY,
    signed_proposal_cid TEXT NOT NULL UNIQUE,
    client_deal_proposal ${bytes} NOT NULL,
    comm_p TEXT NOT NULL,
    piece_size BIGINT NOT NULL,
    client TEXT NOT NULL,
    start_epoch BIGINT NOT NULL,
    end_epoch BIGINT NOT NULL,
    price_per_epoch TEXT NOT NULL,
    data_root TEXT NOT NULL,
    offline BIGINT NOT NULL,
    transfer_type TEXT NOT NULL,
    transfer_params ${bytes} NOT NULL,
    transfer_size BIGINT NOT NULL,
    skip_ipni BIGINT NOT NULL,
    remove_unsealed BIGINT NOT NULL,
    checkpoint TEXT NOT NULL,
    bytes_received BIGINT NOT NULL,
    publish_cid TEXT,
    chain_deal_id BIGINT UNIQUE,
    sector BIGINT,
    error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX deal_checkpoint ON deal (checkpoint);
CREATE INDEX deal_comm_p ON deal (comm_p);

CREATE TABLE piece (
    comm_p TEXT PRIMARY KEY,
    size BIGINT NOT NULL,
    raw_size BIGINT NOT NULL,
    data_root TEXT,
    file TEXT,
    indexed BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX piece_data_root ON piece (data_root);

CREATE TABLE message (
    intent_key TEXT PRIMARY KEY,
    from_address TEXT NOT NULL,
    to_address TEXT NOT NULL,
    amount TEXT NOT NULL,
    method BIGINT NOT NULL,
    params ${bytes} NOT NULL,
    max_fee TEXT NOT NULL,
    priority BIGINT NOT NULL,
    state TEXT NOT NULL,
    nonce BIGINT,
    signed_message ${bytes},
    cid TEXT,
    mined_height BIGINT,
    exit_code BIGINT,
    return_value ${bytes},
    error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- Two different messages with one nonce must never both be signed.
    UNIQUE (from_address, nonce)
);
CREATE INDEX message_state ON message (state);
CREATE INDEX message_cid ON message (cid);

CREATE TABLE task (
    kind TEXT NOT NULL,
    task_key TEXT NOT NULL,
    payload TEXT NOT NULL,
    priority BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    wake_signal TEXT,
    why TEXT,
    owner TEXT,
    fence BIGINT NOT NULL,
    lease_until BIGINT,
    enqueued_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (kind, task_key)
);
CREATE INDEX task_state ON task (state, not_before);
CREATE INDEX task_owner ON task (owner);
