-- What admission counts for every proposal comes from this index alone: with 10,000 deals on the way, reading the deals
-- themselves took longer than everything else about a proposal.
CREATE INDEX deal_staged ON deal (checkpoint, sector, transfer_size, piece_size) WHERE error IS NULL;

-- What accepted deals will take out of their clients' escrow until the market locks it, in nanoFIL and the attoFIL that are left
-- over: the two add up in 64 bits.
CREATE TABLE deal_promise (
    deal TEXT PRIMARY KEY REFERENCES deal (uuid),
    client TEXT NOT NULL,
    nano BIGINT NOT NULL,
    rest BIGINT NOT NULL
);
CREATE INDEX deal_promise_client ON deal_promise (client, nano, rest);
