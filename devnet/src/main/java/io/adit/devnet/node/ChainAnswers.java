package io.adit.devnet.node;

import io.adit.chain.node.BlockMessages;
import io.adit.chain.node.ChainApi;
import io.adit.chain.node.ChainMessage;
import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.SignatureType;
import io.adit.devnet.chain.FullBlock;
import io.adit.devnet.chain.Link;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Consumer;

/** Questions about blocks, tipsets and messages. */
interface ChainAnswers extends ChainApi, Answers {
    @Override
    default TipSet chainHead() {
        return ledger().shownHead().tipSet();
    }

    @Override
    default TipSet chainGetGenesis() {
        return ledger().chain().genesis().tipSet();
    }

    @Override
    default TipSet chainGetTipSet(TipSetKey key) {
        return link(key).tipSet();
    }

    private static Link notBelow(Epoch epoch, Link link) {
        if (epoch.value() > link.height()) {
            throw Answers.failed("looking for tipset with height greater than start point, req: " + epoch + ", head: "
                    + link.height());
        }
        return link;
    }

    @Override
    default TipSet chainGetTipSetByHeight(Epoch epoch, TipSetKey key) {
        var link = notBelow(epoch, link(key));
        return link.ancestorAt(epoch.value()).tipSet();
    }

    @Override
    default TipSet chainGetTipSetAfterHeight(Epoch epoch, TipSetKey key) {
        var link = notBelow(epoch, link(key));
        while (link.parent().isPresent() && link.parent().get().height() >= epoch.value()) {
            link = link.parent().get();
        }
        return link.tipSet();
    }

    private Link block(Cid cid) {
        return ledger().chain().findBlock(cid).orElseThrow(() -> Answers.failed("ipld: could not find " + cid));
    }

    private FullBlock fullBlock(Cid cid) {
        return ledger().chain().findFullBlock(cid).orElseThrow(() -> Answers.failed("ipld: could not find " + cid));
    }

    @Override
    default BlockHeader chainGetBlock(Cid block) {
        return fullBlock(block).header();
    }

    @Override
    default BlockMessages chainGetBlockMessages(Cid block) {
        var full = fullBlock(block);
        return new BlockMessages(
                full.bls().stream().map(SignedMessage::message).toList(),
                full.others(),
                full.messages().stream().map(SignedMessage::cid).toList());
    }

    private static List<ChainMessage> messages(Link link) {
        return link.messages().stream()
                .map(signed -> new ChainMessage(signed.cid(), signed.message()))
                .toList();
    }

    @Override
    default List<ChainMessage> chainGetParentMessages(Cid block) {
        return block(block).parent().map(ChainAnswers::messages).orElse(List.of());
    }

    @Override
    default List<MessageReceipt> chainGetParentReceipts(Cid block) {
        return block(block).parent().map(Link::receipts).orElse(List.of());
    }

    @Override
    default List<ChainMessage> chainGetMessagesInTipset(TipSetKey key) {
        return messages(link(key));
    }

    @Override
    default Message chainGetMessage(Cid message) {
        return ledger().chain()
                .findMessage(message)
                .map(SignedMessage::message)
                .orElseThrow(() -> Answers.failed("ipld: could not find " + message));
    }

    @Override
    default List<HeadChange> chainGetPath(TipSetKey from, TipSetKey to) {
        return HeadMove.between(link(from), link(to)).changes();
    }

    @Override
    default boolean chainHasObj(Cid object) {
        return ledger().chain().findBlock(object).isPresent()
                || ledger().chain().findMessage(object).isPresent();
    }

    @Override
    default byte[] chainReadObj(Cid object) {
        var block = ledger().chain().findFullBlock(object);
        if (block.isPresent()) {
            return block.get().header().toCbor();
        }
        var message = ledger().chain()
                .findMessage(object)
                .orElseThrow(() -> Answers.failed("blockstore get: ipld: could not find " + object));
        return message.cid().equals(object) && message.signature().type() != SignatureType.BLS
                ? message.toCbor()
                : message.message().toCbor();
    }

    @Override
    default BigInteger chainTipSetWeight(TipSetKey key) {
        return link(key).weight();
    }

    /**
     * As {@link #chainNotify}.
     *
     * @param cutOff run once when the feed ends because the listener fell too far behind
     */
    default HeadSubscription headChanges(Consumer<List<HeadChange>> listener, Runnable cutOff) {
        return HeadFeed.start(ledger(), listener, cutOff);
    }

    @Override
    default HeadSubscription chainNotify(Consumer<List<HeadChange>> listener) {
        return headChanges(listener, () -> {});
    }
}
