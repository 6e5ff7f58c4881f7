-- What the deal's proposal is written in: MK12 (CBOR, over libp2p) or MK20 (JSON, over HTTP).
ALTER TABLE deal ADD COLUMN protocol TEXT NOT NULL DEFAULT 'MK12';

-- Where the pieces of an aggregate (FRC-0058) lie in it. byte_offset counts payload bytes, before Fr32 padding.
CREATE TABLE sub_piece (
    parent TEXT NOT NULL,
    position BIGINT NOT NULL,
    comm_p TEXT NOT NULL,
    size BIGINT NOT NULL,
    raw_size BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL,
    car BIGINT NOT NULL,
    PRIMARY KEY (parent, position)
);
CREATE INDEX sub_piece_comm_p ON sub_piece (comm_p);
