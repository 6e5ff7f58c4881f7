package io.adit.chain.node;

import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;

/**
 * Where a message was run and what came of it (Lotus {@code MsgLookup}).
 *
 * @param message the CID it was executed under; differs from the one asked for when the message was replaced by fee
 * @param receipt exit code, return value, gas
 * @param tipSet the tipset whose state holds the receipt: the child of the one that carries the message
 * @param height that tipset's epoch
 */
public record MessageLookup(Cid message, MessageReceipt receipt, TipSetKey tipSet, Epoch height) {}
