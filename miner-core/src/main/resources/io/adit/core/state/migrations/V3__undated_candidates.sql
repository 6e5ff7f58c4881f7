-- What was signed before candidates were kept has no known epoch of signing. The second schema said 0 for it, which made every
-- such message look as if it had been stuck since genesis; -1, the chain's mark for "not set", is dated by the outbox.
UPDATE message_candidate SET signed_epoch = -1 WHERE signed_epoch = 0;
