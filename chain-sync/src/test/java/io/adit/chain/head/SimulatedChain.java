package io.adit.chain.head;

import io.adit.chain.node.HeadChange;
import io.adit.chain.node.HeadSubscription;
import io.adit.chain.node.PartialFullNode;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A node with a chain that a test makes by hand: null rounds, forks, reorgs, lost connections, failing calls. */
final class SimulatedChain extends PartialFullNode {

    private static final Cid SOME = Cid.dagCbor(new byte[] {(byte) 0x80});

    private final Map<TipSetKey, TipSet> all = new HashMap<>();
    private final List<TipSet> chain = new ArrayList<>();
    private final List<Consumer<List<HeadChange>>> listeners = new ArrayList<>();
    private boolean connected = true;
    private int failures;
    private int lies;
    private int bugs;
    private int fetched;
    private long made;

    SimulatedChain() {
        chain.add(make(Optional.empty(), 0, 1));
    }

    synchronized TipSet headNow() {
        return chain.getLast();
    }

    /** The chain's tipsets from the given epoch on, oldest first. */
    synchronized List<TipSet> chainFrom(Epoch oldest) {
        return chain.stream().filter(t -> !t.height().isBefore(oldest)).toList();
    }

    synchronized int depth() {
        return chain.size();
    }

    synchronized int fetched() {
        return fetched;
    }

    /** A block after so many null rounds. */
    synchronized void extend(int nullRounds, int blocks) {
        tell(List.of(new HeadChange(HeadChange.Type.APPLY, push(nullRounds, blocks))));
    }

    /** Takes back tipsets and puts others there, told as one batch or as one batch for each step. */
    synchronized void reorg(int depth, List<Integer> nullRounds, boolean oneBatch) {
        var changes = new ArrayList<HeadChange>();
        for (int i = 0; i < Math.min(depth, chain.size()); i++) {
            if (chain.size() == 1) {
                break;
            }
            changes.add(new HeadChange(HeadChange.Type.REVERT, chain.removeLast()));
        }
        nullRounds.forEach(n -> changes.add(new HeadChange(HeadChange.Type.APPLY, push(n, 1))));
        if (oneBatch) {
            tell(List.copyOf(changes));
        } else {
            changes.forEach(change -> tell(List.of(change)));
        }
    }

    /** From now on nothing is told. */
    synchronized void disconnect() {
        connected = false;
    }

    /** As after reopening a channel: the head, alone. */
    synchronized void reconnect() {
        connected = true;
        tell(List.of(new HeadChange(HeadChange.Type.CURRENT, chain.getLast())));
    }

    /** The next calls fail. */
    synchronized void failCalls(int count) {
        failures = count;
    }

    /** The next tipsets asked for are answered with genesis. */
    synchronized void answerWithOthers(int count) {
        lies = count;
    }

    /** The next calls throw what nobody foresaw. */
    synchronized void breakCalls(int count) {
        bugs = count;
    }

    private TipSet push(int nullRounds, int blocks) {
        var parent = chain.getLast();
        chain.add(make(Optional.of(parent), parent.height().value() + 1 + nullRounds, blocks));
        return chain.getLast();
    }

    private void tell(List<HeadChange> changes) {
        if (connected && !changes.isEmpty()) {
            listeners.forEach(listener -> listener.accept(changes));
        }
    }

    private TipSet make(Optional<TipSet> parent, long height, int blocks) {
        var parents = parent.map(p -> p.key().cids()).orElse(List.of());
        var headers = IntStream.range(0, blocks)
                .mapToObj(i -> header(parents, height, i))
                .toList();
        var tipSet = TipSet.of(headers);
        all.put(tipSet.key(), tipSet);
        return tipSet;
    }

    private BlockHeader header(List<Cid> parents, long height, int index) {
        made++;
        return new BlockHeader(
                Address.ofId(1000 + index),
                Optional.of(new Ticket(BigInteger.valueOf(made).toByteArray())),
                Optional.empty(),
                List.of(),
                List.of(),
                parents,
                BigInteger.valueOf(made),
                new Epoch(height),
                SOME,
                SOME,
                SOME,
                Optional.empty(),
                made,
                Optional.empty(),
                0,
                TokenAmount.ofAtto(100));
    }

    @Override
    public synchronized TipSet chainHead() {
        failMaybe("ChainHead");
        return chain.getLast();
    }

    @Override
    public synchronized TipSet chainGetTipSet(TipSetKey key) {
        failMaybe("ChainGetTipSet");
        fetched++;
        if (lies > 0) {
            lies--;
            return chain.getFirst();
        }
        return Optional.ofNullable(all.get(key)).orElseThrow();
    }

    private void failMaybe(String method) {
        if (bugs > 0) {
            bugs--;
            throw new IllegalStateException("the test says so");
        }
        if (failures > 0) {
            failures--;
            throw RpcException.unanswered(RpcErrorCode.NODE_UNREACHABLE, method, "the test says so");
        }
    }

    @Override
    public synchronized HeadSubscription chainNotify(Consumer<List<HeadChange>> listener) {
        listeners.add(listener);
        listener.accept(List.of(new HeadChange(HeadChange.Type.CURRENT, chain.getLast())));
        return new HeadSubscription() {
            @Override
            public boolean connected() {
                return true;
            }

            @Override
            public void close() {
                listeners.remove(listener);
            }
        };
    }
}
