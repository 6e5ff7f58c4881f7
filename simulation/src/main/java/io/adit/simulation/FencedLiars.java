package io.adit.simulation;

import io.adit.chain.node.pool.MemberView;
import io.adit.chain.node.pool.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Of several full nodes the one that lies is named and asked no more, as long as most of the others say how it is; and
 * one that says how it is is not taken for a liar.
 */
final class FencedLiars implements Invariant {
    /** In which a pool must have noticed: it looks at heads every 10 s and at sectors every minute here. */
    private static final int EPOCHS = 6;

    private final Breaches breaches;
    private final List<UnreliableNode> nodes;
    private final Supplier<List<MemberView>> views;
    private final BooleanSupplier clockIsRight;
    private final Coverage coverage;
    private final List<UnreliableNode.Mood> moods = new ArrayList<>();
    private final List<Integer> since = new ArrayList<>();

    /**
     * A look at a pool.
     *
     * @param views what the running pool thinks of the nodes, in their order; empty when there is none
     */
    FencedLiars(
            Breaches breaches,
            List<UnreliableNode> nodes,
            Supplier<List<MemberView>> views,
            BooleanSupplier clockIsRight,
            Coverage coverage) {
        this.breaches = breaches;
        this.nodes = nodes;
        this.views = views;
        this.clockIsRight = clockIsRight;
        this.coverage = coverage;
    }

    @Override
    public void starting() {
        moods.clear();
        since.clear();
    }

    @Override
    public void headMoved() {
        var seen = views.get();
        if (seen.size() != nodes.size()) {
            starting();
            return;
        }
        for (int i = 0; i < nodes.size(); i++) {
            var mood = nodes.get(i).mood();
            if (moods.size() == i) {
                moods.add(mood);
                since.add(0);
            }
            since.set(i, moods.get(i) == mood ? since.get(i) + 1 : 0);
            moods.set(i, mood);
        }
        long well = moods.stream().filter(UnreliableNode.Mood.WELL::equals).count();
        boolean settled = since.stream().allMatch(epochs -> epochs >= EPOCHS);
        if (settled && well * 2 > nodes.size() && clockIsRight.getAsBoolean()) {
            for (int i = 0; i < nodes.size(); i++) {
                judge(moods.get(i), seen.get(i));
            }
        }
    }

    private void judge(UnreliableNode.Mood mood, MemberView view) {
        var lie = mood.lie();
        if (lie.isPresent()) {
            boolean named = view.verdict() instanceof Verdict.Lying lying && lying.lie() == lie.get();
            if (named) {
                coverage.saw("liar fenced: " + mood);
            } else {
                breaches.report(getClass(), view.name() + " lies (" + mood + "), the pool says it " + words(view));
            }
        } else if (mood == UnreliableNode.Mood.WELL && view.verdict().fenced()) {
            breaches.report(getClass(), view.name() + " is well, the pool says it " + words(view));
        }
    }

    private static String words(MemberView view) {
        return view.verdict().sentence();
    }
}
