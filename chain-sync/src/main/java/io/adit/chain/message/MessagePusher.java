package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.core.state.MessageRecord;
import io.adit.core.task.CrashPoints;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts signed bytes into the node's pool: always the newest of a wish, and only in its sender's turn. */
final class MessagePusher {
    private static final Logger LOG = LoggerFactory.getLogger(MessagePusher.class);

    private final FullNode node;
    private final StoredMessages stored;
    private final MessageFate fate;

    /** What was last said of a message in trouble, so that it is said once and not at every head. */
    private final Map<String, String> said = new ConcurrentHashMap<>();

    MessagePusher(FullNode node, StoredMessages stored, MessageFate fate) {
        this.node = node;
        this.stored = stored;
        this.fate = fate;
    }

    /**
     * Pushes bytes that were never pushed before, in the turn in which they were signed. Only here can a refusal mean that nobody
     * has them; later they may be on their way, in a tipset, or executed, whatever a node says.
     *
     * @return empty when the nonce went to another message, and the wish has to be signed anew
     */
    Optional<Cid> firstPush(SignedWish wish) {
        try {
            node.mpoolPush(SignedWish.signed(wish.newest()));
        } catch (RpcException e) {
            // Anything but an answer leaves it open whether the node has the bytes; so does a refusal after taking
            // them.
            if (e.code() != RpcErrorCode.CALL_FAILED) {
                throw e;
            }
            if (!fate.inPool(wish.newest().cid())) {
                return released(wish, e);
            }
        }
        reach("message.accepted", wish.key());
        pushed(wish);
        return Optional.of(wish.newest().cid());
    }

    private Optional<Cid> released(SignedWish wish, RpcException refusal) {
        boolean nonceUsed = node.mpoolGetNonce(wish.from()) > wish.nonce();
        stored.released(wish, refusal.nodeMessage());
        LOG.warn("The node refused {}: {}", wish.key(), refusal.nodeMessage());
        if (nonceUsed) {
            return Optional.empty();
        }
        throw refused(wish, refusal);
    }

    /**
     * Pushes the newest bytes of a wish, which the node may have had before; a refusal changes nothing in what is stored.
     *
     * @throws AditException {@link MessageErrorCode#MESSAGE_REFUSED} when the pool then has nothing with its nonce
     */
    void pushAgain(SignedWish wish) {
        try {
            node.mpoolPush(SignedWish.signed(wish.newest()));
        } catch (RpcException e) {
            if (e.code() != RpcErrorCode.CALL_FAILED) {
                throw e;
            }
            if (!fate.inPool(wish.newest().cid())) {
                if (node.mpoolGetNonce(wish.from()) <= wish.nonce()) {
                    throw refused(wish, e);
                }
                if (wish.candidates().size() > 1) {
                    // The pool has an older one, or a block has one of them.
                    sayOnce(wish.key(), "The node does not take " + describe(wish) + ": " + e.nodeMessage(), false);
                    return;
                }
            }
        }
        pushed(wish);
    }

    /**
     * Pushes bytes of a further candidate that were never pushed before, in the turn in which they were signed; a refusal takes
     * them back.
     *
     * @return whether the node has them
     */
    boolean pushNew(SignedWish wish) {
        try {
            node.mpoolPush(SignedWish.signed(wish.newest()));
        } catch (RpcException e) {
            if (e.code() != RpcErrorCode.CALL_FAILED) {
                throw e;
            }
            if (!fate.inPool(wish.newest().cid())) {
                stored.withdrawn(wish, e.nodeMessage());
                return false;
            }
        }
        pushed(wish);
        return true;
    }

    private void pushed(SignedWish wish) {
        stored.pushed(wish);
        said.remove(wish.key());
        reach("message.pushed", wish.key());
        LOG.info("Pushed {} with nonce {} for {}", wish.newest().cid(), wish.nonce(), wish.key());
    }

    /**
     * Pushes whatever the node's pool lacks, lowest nonce first, so that {@code waiting} can be executed after it; and the newest
     * bytes of wishes of which it can have older ones only.
     */
    void pushForgotten(Address sender, Optional<MessageRecord> waiting) {
        long next = node.mpoolGetNonce(sender);
        for (var wish : stored.underWay(sender)) {
            if (wish.nonce() < next && !wish.newest().taken()) {
                pushAgain(wish);
            }
        }
        for (var wish : stored.fromNonce(sender, next)) {
            try {
                pushAgain(wish);
            } catch (RpcException e) {
                throw e;
            } catch (AditException e) {
                throw blocked(wish, waiting, e);
            }
        }
        said.remove(sender.toString());
    }

    private BlockedMessageException blocked(SignedWish older, Optional<MessageRecord> waiting, AditException refusal) {
        var text = "%s is blocked behind %s, nonce %d, which the node refuses: %s"
                .formatted(
                        waiting.map(record -> "Sending " + record.intentKey() + " from " + record.from())
                                .orElse("Everything from " + older.from()),
                        older.key(),
                        older.nonce(),
                        refusal.getMessage());
        sayOnce(older.key(), text, true);
        return new BlockedMessageException(older, text, refusal);
    }

    /** Says it unless it was the last thing said of that message. */
    void sayOnce(String key, String text, boolean isError) {
        if (text.equals(said.put(key, text))) {
            LOG.debug("{}", text);
        } else if (isError) {
            LOG.error("{}", text);
        } else {
            LOG.warn("{}", text);
        }
    }

    static AditException refused(SignedWish wish, RpcException refusal) {
        return new AditException(
                MessageErrorCode.MESSAGE_REFUSED,
                "Pushing %s: %s".formatted(describe(wish), refusal.nodeMessage()),
                refusal);
    }

    static String describe(SignedWish wish) {
        return "%s (%s, nonce %d)".formatted(wish.key(), wish.newest().cid(), wish.nonce());
    }

    /** A kill point, and the same for one kind of message: the intent key up to its first slash. */
    static void reach(String point, String key) {
        CrashPoints.reach(point);
        CrashPoints.reach(point + "." + key.substring(0, Math.max(0, key.indexOf('/'))));
    }
}
