-- What one client's deals take of the room for deals is counted for every proposal.
CREATE INDEX deal_client_staged ON deal (client, checkpoint, transfer_size) WHERE error IS NULL;
