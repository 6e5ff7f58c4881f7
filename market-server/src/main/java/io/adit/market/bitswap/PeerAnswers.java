package io.adit.market.bitswap;

import io.adit.core.error.AditException;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.market.bitswap.BitswapMeters.Dropped;
import io.adit.market.bitswap.Disks.Turn;
import io.adit.market.bitswap.PeerWants.Want;
import io.adit.market.retrieve.Search;
import io.adit.market.retrieve.ServedBlocks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers one peer's wants on a virtual thread, as long as there are some: has a few looked up, and sends what was found in messages of
 * about {@value #TARGET} bytes.
 */
final class PeerAnswers implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerAnswers.class);

    /** Blocks of a message before no more is added; with the longest block on top it stays within what peers read. */
    static final int TARGET = 256 << 10;
    /** The longest block that peers take. */
    static final int MAX_BLOCK = 2 << 20;
    /** A block up to this long is sent to who asks whether it is here, as go-bitswap does. */
    static final int SHORT_BLOCK = 1024;

    private static final int LOOKUPS = 64;
    /** About as long as reading so many bytes takes: a look-up, and each copy that is tried with it. */
    private static final int LOOKUP_COST = 2048;
    /** And so an entry of the index that is looked at. */
    private static final int ENTRY_COST = 512;
    /** Pieces in which a block is looked for. */
    private static final int MOST_COPIES = 4;
    /** Copies of a block that are read before it counts as unreadable. */
    private static final int MOST_READS = 4;
    /** Bytes of short blocks that are read as they are found. */
    private static final int HELD = 128 << 10;

    private final PeerWants wants;
    private final Disks.Place disks;
    private final AnswerStream stream;
    private final Duration lingering;
    private final BitswapMeters meters;
    private final Complaints complaints;

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final List<Presence> presences = new ArrayList<>();
    private long waitingBytes;
    private int heldBytes;

    /**
     * A block that was found, to be sent.
     *
     * @param data its bytes, where they are held
     * @param failed how many copies could not be read
     */
    private record Waiting(Want want, int length, Optional<byte[]> data, int failed) {
        int held() {
            return data.map(bytes -> bytes.length).orElse(0);
        }

        Waiting failedOnceMore() {
            return new Waiting(want, length, data, failed + 1);
        }
    }

    PeerAnswers(
            PeerWants wants,
            Disks.Place disks,
            AnswerStream stream,
            Duration lingering,
            BitswapMeters meters,
            Complaints complaints) {
        this.wants = wants;
        this.disks = disks;
        this.stream = stream;
        this.lingering = lingering;
        this.meters = meters;
        this.complaints = complaints;
    }

    @Override
    public void run() {
        try {
            do {
                answerAll();
            } while (!wants.release());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp(Dropped.GONE, e);
        } catch (Libp2pException e) {
            giveUp(e.kind() == Kind.TIMEOUT ? Dropped.STALLED : Dropped.GONE, e);
        } catch (IOException | AditException e) {
            complaints.unreadable("blocks", e);
            giveUp(Dropped.FAILED, e);
        } catch (RuntimeException | Error e) {
            giveUp(Dropped.FAILED, e);
            throw e;
        } finally {
            stream.close();
            disks.close();
        }
    }

    private void giveUp(Dropped reason, Throwable cause) {
        LOG.debug("a peer's wants are dropped", cause);
        stream.reset();
        meters.dropped(reason, wants.drop());
    }

    /** Until no want has come for a while. */
    private void answerAll() throws IOException, InterruptedException {
        while (true) {
            if (waiting.isEmpty() && !wants.awaitSome(Duration.ZERO)) {
                disks.turn(turn -> {
                    disks.letGoOfFiles();
                    return true;
                });
                if (!wants.awaitSome(lingering)) {
                    return;
                }
            }
            lookUp();
            sendNext();
        }
    }

    /** Looks up what a message may hold, in as many turns as that takes. */
    private void lookUp() throws IOException, InterruptedException {
        int left = LOOKUPS;
        while (left > 0 && waitingBytes < TARGET && wants.awaitSome(Duration.ZERO)) {
            int most = left;
            left -= disks.turn(turn -> lookUp(turn, most));
        }
    }

    /** Answers how many wants were taken. */
    private int lookUp(Turn turn, int most) {
        var search = new Search(MOST_COPIES);
        for (int count = 0; count < most; count++) {
            var next = turn.isSpent() ? List.<Want>of() : wants.take(1);
            if (next.isEmpty()) {
                return count;
            }
            var want = next.getFirst();
            try {
                turn.spend(lookUp(turn, want, search));
            } catch (IOException e) {
                isUnreadable(want, e);
            }
        }
        return most;
    }

    /** Answers how many bytes were read. */
    private int lookUp(Turn turn, Want want, Search search) throws IOException {
        if (!wants.isWanted(want)) {
            return 0;
        }
        var found = find(turn, want, search);
        if (found.isEmpty() || found.get().length() > MAX_BLOCK) {
            if (found.isPresent()) {
                found.get().close();
            }
            isNotHere(want);
            return 0;
        }
        try (var block = found.get()) {
            int length = block.length();
            if (want.kind() == WantEntry.Kind.HAVE && length > SHORT_BLOCK) {
                presences.add(new Presence(want.cid(), true));
                wants.answered(want);
                return 0;
            }
            var data = heldBytes + length > HELD ? Optional.<byte[]>empty() : read(turn, want, block, search);
            waitingBytes += length;
            heldBytes += data.isPresent() ? length : 0;
            waiting.add(new Waiting(want, length, data, 0));
            return data.isPresent() ? length : 0;
        }
    }

    private static Optional<ServedBlocks.Block> find(Turn turn, Want want, Search search) throws IOException {
        long before = cost(search);
        try {
            return turn.blocks().find(want.cid(), search);
        } finally {
            turn.spend(LOOKUP_COST + cost(search) - before);
        }
    }

    private static long cost(Search search) {
        return LOOKUP_COST * search.copies() + ENTRY_COST * search.entries();
    }

    /** The bytes of a block, from another copy where this one cannot be read. */
    private static Optional<byte[]> read(Turn turn, Want want, ServedBlocks.Block first, Search search)
            throws IOException {
        var data = new byte[first.length()];
        try {
            first.read(0, data, 0, data.length);
            return Optional.of(data);
        } catch (IOException e) {
            turn.blocks().avoid(first);
            for (int failed = 1; failed < MOST_READS; failed++) {
                var other = find(turn, want, search);
                if (other.isEmpty()) {
                    break;
                }
                try (var block = other.get()) {
                    if (block.length() == data.length) {
                        block.read(0, data, 0, data.length);
                        return Optional.of(data);
                    }
                } catch (IOException again) {
                    e.addSuppressed(again);
                }
                turn.blocks().avoid(other.get());
            }
            throw e;
        }
    }

    private void isUnreadable(Want want, IOException cause) {
        complaints.unreadable("block " + want.cid(), cause);
        meters.dropped(Dropped.FAILED, 1);
        isNotHere(want);
    }

    private void isNotHere(Want want) {
        if (want.sendDontHave()) {
            presences.add(new Presence(want.cid(), false));
        }
        wants.answered(want);
    }

    /** What a message is to hold. */
    private static final class Message {
        private final List<Waiting> wants = new ArrayList<>();
        private final List<Answer.Found> blocks = new ArrayList<>();
        private long bytes;

        void add(Waiting next, ServedBlocks.Block block) {
            wants.add(next);
            blocks.add(new Answer.Found(next.want().cid(), block));
            bytes += block.length();
        }
    }

    private void sendNext() throws IOException, InterruptedException {
        var message = new Message();
        try {
            if (!waiting.isEmpty()) {
                disks.turn(turn -> gather(turn, message));
            }
            var answer = new Answer(List.copyOf(message.blocks), List.copyOf(presences), waitingBytes);
            if (!answer.blocks().isEmpty() || !answer.presences().isEmpty()) {
                stream.send(answer);
                meters.sent(answer);
            }
            presences.clear();
            message.wants.forEach(sent -> wants.answered(sent.want()));
        } catch (UnreadableException e) {
            // Its length has been said, so that the message cannot do without the block; the others come with the next.
            // The
            // stream is ended and not reset: a reset would take away messages that the peer has not read yet.
            stream.close();
            putBack(message, e);
        } finally {
            message.blocks.forEach(found -> disks.isOver(found.block()));
        }
    }

    private int gather(Turn turn, Message message) {
        var search = new Search(MOST_COPIES);
        while (message.bytes < TARGET && !waiting.isEmpty() && !turn.isSpent()) {
            var next = waiting.remove();
            waitingBytes -= next.length();
            heldBytes -= next.held();
            if (!wants.isWanted(next.want())) {
                continue;
            }
            try {
                var block = open(turn, next, search);
                if (block.isPresent()) {
                    message.add(next, block.get());
                } else {
                    isNotHere(next.want());
                }
            } catch (IOException e) {
                isUnreadable(next.want(), e);
            }
        }
        return message.blocks.size();
    }

    private static Optional<ServedBlocks.Block> open(Turn turn, Waiting next, Search search) throws IOException {
        if (next.data().isPresent()) {
            return next.data().map(ServedBlocks.Block::of);
        }
        var found = find(turn, next.want(), search);
        // The same bytes, and so as long: unless another copy, of another piece, is damaged.
        if (found.isPresent() && found.get().length() != next.length()) {
            found.get().close();
            return Optional.empty();
        }
        return found;
    }

    private void putBack(Message message, UnreadableException e) {
        disks.avoid(e.block());
        for (int i = message.wants.size() - 1; i >= 0; i--) {
            var again = message.wants.get(i);
            if (message.blocks.get(i).block().equals(e.block())) {
                again = again.failedOnceMore();
            }
            if (again.failed() == MOST_READS) {
                isUnreadable(again.want(), e);
                continue;
            }
            waiting.addFirst(again);
            waitingBytes += again.length();
            heldBytes += again.held();
        }
    }
}
