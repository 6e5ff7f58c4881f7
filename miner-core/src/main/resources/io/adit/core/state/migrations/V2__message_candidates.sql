-- Every message that was ever signed for a wish. All of one wish carry its nonce, so at most one of them is executed;
-- number 1 is the first, each later one replaces those before it for a higher fee. taken: a node's pool had it once.
CREATE TABLE message_candidate (
    cid TEXT PRIMARY KEY,
    intent_key TEXT NOT NULL REFERENCES message (intent_key),
    number BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    signed_message ${bytes} NOT NULL,
    signed_epoch BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (intent_key, number)
);
CREATE INDEX message_candidate_created_at ON message_candidate (created_at);

INSERT INTO message_candidate
    (cid, intent_key, number, purpose, signed_message, signed_epoch, taken, created_at)
SELECT cid, intent_key, 1, 'SEND', signed_message, 0, CASE WHEN state = 'SIGNED' THEN 0 ELSE 1 END, updated_at
FROM message
WHERE cid IS NOT NULL AND signed_message IS NOT NULL;

-- The epoch by which the message has to be executed to be of use, where its maker knows one.
ALTER TABLE message ADD COLUMN due_epoch BIGINT;
-- What gas cost in the end, in attoFIL; set with the receipt.
ALTER TABLE message ADD COLUMN gas_cost TEXT;
