package io.adit.market.bitswap;

import io.adit.core.error.AditException;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.market.bitswap.BitswapMeters.Dropped;
import io.adit.market.bitswap.PeerWants.Want;
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
 * Answers one peer's wants on a virtual thread, as long as there are some: looks up a few, and sends what was found in messages of
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
    /** About as long as reading so many bytes takes. */
    private static final int LOOKUP_COST = 2048;
    /** Bytes of short blocks that are read as they are found. */
    private static final int HELD = 128 << 10;
    /** Files of pieces that were removed are let go of after so many messages. */
    private static final int MESSAGES_OF_FILES = 256;

    private final PeerWants wants;
    private final ServedBlocks blocks;
    private final FairTurns.Line line;
    private final AnswerStream stream;
    private final Duration lingering;
    private final BitswapMeters meters;

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final List<Presence> presences = new ArrayList<>();
    private long waitingBytes;
    private int heldBytes;
    private int messages;

    /**
     * A block that was found, to be sent.
     *
     * @param data its bytes, where they are held
     */
    private record Waiting(Want want, int length, Optional<byte[]> data) {}

    PeerAnswers(
            PeerWants wants,
            ServedBlocks blocks,
            FairTurns.Line line,
            AnswerStream stream,
            Duration lingering,
            BitswapMeters meters) {
        this.wants = wants;
        this.blocks = blocks;
        this.line = line;
        this.stream = stream;
        this.lingering = lingering;
        this.meters = meters;
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
            LOG.warn("blocks cannot be read for bitswap: {}", e.getMessage());
            giveUp(Dropped.FAILED, e);
        } catch (RuntimeException | Error e) {
            giveUp(Dropped.FAILED, e);
            throw e;
        } finally {
            stream.close();
            letGoOfFiles();
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
            if (waitingBytes < TARGET) {
                var next = wants.take(LOOKUPS, Duration.ZERO);
                if (next.isEmpty() && waiting.isEmpty()) {
                    letGoOfFiles();
                    next = wants.take(LOOKUPS, lingering);
                    if (next.isEmpty()) {
                        return;
                    }
                }
                lookUp(next);
            }
            sendNext();
            if (++messages % MESSAGES_OF_FILES == 0) {
                letGoOfFiles();
            }
        }
    }

    private void lookUp(List<Want> next) throws IOException, InterruptedException {
        if (next.isEmpty()) {
            return;
        }
        line.await();
        long cost = 0;
        try {
            for (var want : next) {
                cost += LOOKUP_COST + lookUp(want);
            }
        } finally {
            line.done(cost);
        }
    }

    /** Answers how many bytes were read. */
    private int lookUp(Want want) throws IOException {
        if (!wants.isWanted(want)) {
            return 0;
        }
        var found = blocks.find(want.cid());
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
            waitingBytes += length;
            if (heldBytes + length > HELD) {
                waiting.add(new Waiting(want, length, Optional.empty()));
                return 0;
            }
            var data = new byte[length];
            block.read(0, data, 0, length);
            heldBytes += length;
            waiting.add(new Waiting(want, length, Optional.of(data)));
            return length;
        }
    }

    private void isNotHere(Want want) {
        if (want.sendDontHave()) {
            presences.add(new Presence(want.cid(), false));
        }
        wants.answered(want);
    }

    private void sendNext() throws IOException {
        var blocksToSend = new ArrayList<Answer.Found>();
        var answered = new ArrayList<Want>();
        try {
            long bytes = 0;
            while (bytes < TARGET && !waiting.isEmpty()) {
                var next = waiting.remove();
                waitingBytes -= next.length();
                heldBytes -= next.data().map(data -> data.length).orElse(0);
                if (!wants.isWanted(next.want())) {
                    continue;
                }
                var block = open(next);
                if (block.isEmpty()) {
                    isNotHere(next.want());
                    continue;
                }
                blocksToSend.add(new Answer.Found(next.want().cid(), block.get()));
                answered.add(next.want());
                bytes += block.get().length();
            }
            var answer = new Answer(List.copyOf(blocksToSend), List.copyOf(presences), waitingBytes);
            presences.clear();
            if (!blocksToSend.isEmpty() || !answer.presences().isEmpty()) {
                stream.send(answer);
                meters.sent(answer);
            }
            answered.forEach(wants::answered);
        } finally {
            for (var found : blocksToSend) {
                found.block().close();
            }
        }
    }

    private Optional<ServedBlocks.Block> open(Waiting next) throws IOException {
        if (next.data().isPresent()) {
            return next.data().map(ServedBlocks.Block::of);
        }
        var found = blocks.find(next.want().cid());
        // The same bytes, and so as long: unless another copy, of another piece, is damaged.
        if (found.isPresent() && found.get().length() != next.length()) {
            found.get().close();
            return Optional.empty();
        }
        return found;
    }

    private void letGoOfFiles() {
        try {
            blocks.close();
        } catch (IOException e) {
            LOG.debug("closing a piece's file failed after reading", e);
        }
    }
}
