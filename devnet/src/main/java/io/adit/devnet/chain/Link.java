package io.adit.devnet.chain;

import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.core.ipld.Cid;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.actor.Vm;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * A tipset with its messages, what running them gave, and the states before and after. Immutable, except that the chain lets
 * go the state after some time.
 */
public final class Link {
    private final TipSet tipSet;
    private final Optional<Link> parent;
    private final List<FullBlock> blocks;
    private final List<SignedMessage> messages;
    private final List<Vm.Applied> results;
    private final Cid stateRoot;
    private final BigInteger nextBaseFee;
    private final BigInteger weight;
    private volatile Optional<StateTree> after;

    Link(
            TipSet tipSet,
            Optional<Link> parent,
            List<FullBlock> blocks,
            List<SignedMessage> messages,
            List<Vm.Applied> results,
            StateTree after,
            BigInteger nextBaseFee) {
        this.tipSet = tipSet;
        this.parent = parent;
        this.blocks = List.copyOf(blocks);
        this.messages = List.copyOf(messages);
        this.results = List.copyOf(results);
        this.after = Optional.of(after);
        this.stateRoot = after.root();
        this.nextBaseFee = nextBaseFee;
        this.weight = Weights.of(tipSet, before());
    }

    public TipSet tipSet() {
        return tipSet;
    }

    public long height() {
        return tipSet.height().value();
    }

    /** Empty for genesis. */
    public Optional<Link> parent() {
        return parent;
    }

    /** The tipset's blocks with their messages, in ticket order; a message may be in several. */
    public List<FullBlock> blocks() {
        return blocks;
    }

    /**
     * Messages in the order in which they ran: block by block, in each BLS first, as Filecoin orders them; each message once, in
     * the first block that has it.
     */
    public List<SignedMessage> messages() {
        return messages;
    }

    /**
     * The state that Lotus answers with for this tipset: after the parents' messages.
     *
     * @throws StateDroppedException when the chain has let it go
     */
    public StateTree before() {
        return parent.map(Link::after).orElseGet(this::after);
    }

    /**
     * The state after this tipset's own messages.
     *
     * @throws StateDroppedException when the chain has let it go
     */
    public StateTree after() {
        return after.orElseThrow(() -> new StateDroppedException(stateRoot));
    }

    /** Whether {@link #after()} can still be had. */
    public boolean hasState() {
        return after.isPresent();
    }

    void dropState() {
        after = Optional.empty();
    }

    /** One result for each message, in the same order. */
    public List<Vm.Applied> results() {
        return results;
    }

    public List<MessageReceipt> receipts() {
        return results.stream().map(Vm.Applied::receipt).toList();
    }

    /** Root of {@link #after()}. */
    public Cid stateRoot() {
        return stateRoot;
    }

    /** The base fee that this tipset's gas use gives to its child. */
    public BigInteger nextBaseFee() {
        return nextBaseFee;
    }

    /** The weight of the chain up to and with this tipset. */
    public BigInteger weight() {
        return weight;
    }

    /** The last tipset at or below a height on this link's chain; genesis for negative heights. */
    public Link ancestorAt(long height) {
        var link = this;
        while (link.height() > Math.max(height, 0) && link.parent.isPresent()) {
            link = link.parent.get();
        }
        return link;
    }
}
