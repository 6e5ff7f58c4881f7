package io.adit.chain.node;

import io.adit.chain.type.Message;
import io.adit.core.ipld.Cid;

/** A message under its CID on chain, signed or not (Lotus {@code api.Message}). */
public record ChainMessage(Cid cid, Message message) {}
