package io.adit.chain.node;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Consumer;

/** Blocks, tipsets and messages (Lotus {@code Chain*}). */
public interface ChainApi {

    /** Lotus {@code ChainHead}: the heaviest tipset the node knows. */
    TipSet chainHead();

    /** Lotus {@code ChainGetGenesis}. */
    TipSet chainGetGenesis();

    /** Lotus {@code ChainGetTipSet}. An unknown key is a {@link RpcErrorCode#CALL_FAILED}. */
    TipSet chainGetTipSet(TipSetKey key);

    /**
     * Lotus {@code ChainGetTipSetByHeight}: the tipset of that epoch on the chain below {@code key}; the one before it
     * when the epoch was a null round. An epoch after {@code key} is a {@link RpcErrorCode#CALL_FAILED}.
     */
    TipSet chainGetTipSetByHeight(Epoch epoch, TipSetKey key);

    /** Lotus {@code ChainGetTipSetAfterHeight}: like by height, but the one after a null round. */
    TipSet chainGetTipSetAfterHeight(Epoch epoch, TipSetKey key);

    /** Lotus {@code ChainGetBlock}. */
    BlockHeader chainGetBlock(Cid block);

    /** Lotus {@code ChainGetBlockMessages}: the messages a block carries. */
    BlockMessages chainGetBlockMessages(Cid block);

    /** Lotus {@code ChainGetParentMessages}: the messages run by a block's tipset, those its parents carry. */
    List<ChainMessage> chainGetParentMessages(Cid block);

    /** Lotus {@code ChainGetParentReceipts}: receipts in the order of {@link #chainGetParentMessages}. */
    List<MessageReceipt> chainGetParentReceipts(Cid block);

    /** Lotus {@code ChainGetMessagesInTipset}: the messages all blocks of a tipset carry, without duplicates. */
    List<ChainMessage> chainGetMessagesInTipset(TipSetKey key);

    /** Lotus {@code ChainGetMessage}: a message by its CID, signed or not. */
    Message chainGetMessage(Cid message);

    /** Lotus {@code ChainGetPath}: reverts, then applies, that lead from one tipset to another. */
    List<HeadChange> chainGetPath(TipSetKey from, TipSetKey to);

    /** Lotus {@code ChainHasObj}: whether the node holds a block of chain or state data. */
    boolean chainHasObj(Cid object);

    /** Lotus {@code ChainReadObj}: its bytes. */
    byte[] chainReadObj(Cid object);

    /** Lotus {@code ChainTipSetWeight}: what the choice between heads goes by. */
    BigInteger chainTipSetWeight(TipSetKey key);

    /**
     * Lotus {@code ChainNotify}: the head and every later change of it, in order, as batches. Returns at once; a broken
     * or silent channel is opened anew by itself, and then the first batch is again a lone {@link
     * HeadChange.Type#CURRENT}, with which the listener must find the steps it missed. Batches come one at a time on one
     * thread of the subscription's own; a listener that throws is logged and goes on. A listener that lags far behind
     * makes the subscription drop what waits and begin again with {@code CURRENT}.
     */
    HeadSubscription chainNotify(Consumer<List<HeadChange>> listener);
}
