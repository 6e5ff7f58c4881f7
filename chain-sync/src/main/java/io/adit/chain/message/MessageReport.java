package io.adit.chain.message;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.state.MessageRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says of messages that are not executed what they wait for: from the rows, and from the chain and the pool as they are. */
final class MessageReport {
    private final FullNode node;
    private final StoredMessages stored;
    private final MessageFate fate;

    MessageReport(FullNode node, StoredMessages stored, MessageFate fate) {
        this.node = node;
        this.stored = stored;
        this.fate = fate;
    }

    /** What the chain and the pool know of a sender. */
    private record Sender(long executedBelow, Optional<Map<Long, SignedMessage>> pool, Optional<SignedWish> first) {}

    /** One look at the node for any number of messages; what it does not answer once, it is not asked again. */
    private final class Look {
        private final Map<Address, Sender> senders = new HashMap<>();
        private Optional<TipSet> head = Optional.empty();
        private Optional<AditException> failure = Optional.empty();

        /** @throws AditException the full node's */
        TipSet head() {
            failure.ifPresent(e -> {
                throw e;
            });
            try {
                head = head.or(() -> Optional.of(node.chainHead()));
                return head.get();
            } catch (AditException e) {
                failure = Optional.of(e);
                throw e;
            }
        }

        /** @throws AditException the full node's */
        Sender of(Address sender) {
            var seen = head();
            var known = senders.get(sender);
            if (known == null) {
                known = ask(sender, seen);
                senders.put(sender, known);
            }
            return known;
        }

        private Sender ask(Address sender, TipSet at) {
            try {
                var pool = fate.pool(sender);
                long executed = fate.nonceAt(sender, at.key());
                var first = stored.underWay(sender).stream()
                        .filter(wish -> wish.nonce() >= executed)
                        .findFirst();
                return new Sender(executed, pool, first);
            } catch (AditException e) {
                failure = Optional.of(e);
                throw e;
            }
        }
    }

    List<MessageView> views(List<MessageRecord> records) {
        var look = new Look();
        return records.stream().map(record -> view(record, look)).toList();
    }

    private MessageView view(MessageRecord record, Look look) {
        var signed = stored.signedWish(record.intentKey());
        var candidates = signed.map(SignedWish::candidates).orElse(List.of());
        return new MessageView(record, candidates, why(record, signed, look));
    }

    private static Optional<String> why(MessageRecord record, Optional<SignedWish> signed, Look look) {
        return switch (record.state()) {
            case INTENT -> record.error().or(() -> Optional.of("is not signed yet"));
            case SIGNED, PUSHED -> signed.map(wish -> whyUnderWay(wish, look));
            case DONE -> Optional.empty();
            case FAILED ->
                record.exitCode().isPresent()
                        ? Optional.empty()
                        : record.error()
                                .or(() -> Optional.of("can never be executed: its nonce went to another message"));
            case CANCELLED -> record.error().or(() -> Optional.of(MessageOutbox.CANCELLED));
        };
    }

    private static String whyUnderWay(SignedWish wish, Look look) {
        try {
            return why(wish, look);
        } catch (AditException e) {
            // The list is looked at most when something is wrong, and that may be the full node.
            return "signed with nonce %d, %s; whether it is in the pool or on the chain cannot be asked now: %s"
                    .formatted(
                            wish.nonce(),
                            wish.newest().taken() ? "and the full node had it" : "not taken by the full node yet",
                            e.getMessage());
        }
    }

    private static String why(SignedWish wish, Look look) {
        var sender = look.of(wish.from());
        if (wish.nonce() < sender.executedBelow()) {
            return "its nonce " + wish.nonce() + " is used on the chain; waits to be deep enough in it";
        }
        if (sender.pool().isEmpty()) {
            return "signed; the full node does not say what its pool holds" + reason(wish, sender, look.head());
        }
        var pooled = Optional.ofNullable(sender.pool().get().get(wish.nonce())).map(SignedMessage::cid);
        if (pooled.isEmpty()) {
            return wish.newest().taken()
                    ? "in the newest tipset, or to be pushed again at the next head"
                    : "signed, and not taken by the node yet" + note(wish);
        }
        if (!wish.isOurs(pooled.get())) {
            return "another message of the same address, " + pooled.get() + ", is in the pool with its nonce "
                    + wish.nonce();
        }
        int number = wish.candidate(pooled.get()).orElseThrow().number();
        var pool = "in the pool since epoch %d, candidate %d of %d%s"
                .formatted(
                        wish.candidates().getFirst().signedAt().value(),
                        number,
                        wish.candidates().size(),
                        fate(wish));
        return pool + reason(wish, sender, look.head());
    }

    /** What its newest candidate does to it. */
    private static String fate(SignedWish wish) {
        return switch (wish.newest().purpose()) {
            case SEND -> "";
            case CANCEL -> ", given up unless an earlier one is executed first";
            case MAKE_WAY -> ", makes way for what waits behind it and is to be sent anew";
        };
    }

    private static String reason(SignedWish wish, Sender sender, TipSet head) {
        var message = SignedWish.message(wish.newest());
        var baseFee = head.parentBaseFee();
        if (message.gasFeeCap().compareTo(baseFee) < 0) {
            return ": the base fee, %s attoFIL, is above its fee cap, %s"
                            .formatted(baseFee.attoText(), message.gasFeeCap().attoText())
                    + note(wish);
        }
        var first = sender.first().filter(other -> other.nonce() < wish.nonce());
        if (first.isPresent()) {
            return ": behind nonce %d, %s"
                    .formatted(first.get().nonce(), first.get().key());
        }
        return ": waits for a block, with a premium of %s attoFIL"
                        .formatted(message.gasPremium().attoText())
                + note(wish);
    }

    private static String note(SignedWish wish) {
        return wish.record().error().map(error -> "; " + error).orElse("");
    }
}
