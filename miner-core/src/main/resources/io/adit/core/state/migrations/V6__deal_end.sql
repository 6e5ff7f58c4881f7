-- How deals that were in a proven sector came to their end on the chain.
CREATE TABLE deal_end (
    deal TEXT PRIMARY KEY REFERENCES deal (uuid),
    ending TEXT NOT NULL,
    epoch BIGINT NOT NULL
);
