package io.adit.devnet.chain;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.devnet.actor.ActorEntry;
import io.adit.devnet.actor.ExecutionContext;
import io.adit.devnet.actor.Genesis;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.actor.Vm;
import io.adit.devnet.policy.BaseFee;
import io.adit.devnet.policy.ProtocolLimits;
import io.adit.proofs.Proofs;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/**
 * All links, the present head, and the execution that makes new ones. Reading is free of locks; {@link #extend}, {@link #fork}
 * and {@link #accept} are for one thread at a time. Blocks and messages are kept for good, states of the last thousand tipsets.
 */
public final class Chain {
    /** Deepest fork that can be begun. */
    public static final int MAX_FORK = (int) ProtocolLimits.CHAIN_FINALITY;

    /** Tipsets whose state is kept: as many as may be reverted, and some for those who ask late. */
    private static final int KEPT_STATES = MAX_FORK + 100;

    private final ChainSettings settings;
    private final DevnetKeys keys;
    private final Beacon beacon;
    private final Proofs proofs;
    private final Optional<ChainLog> log;
    private final BlockMaker maker;
    private final Map<TipSetKey, Link> links = new ConcurrentHashMap<>();
    private final Map<Cid, Link> blocks = new ConcurrentHashMap<>();
    private final Map<Cid, FullBlock> fullBlocks = new ConcurrentHashMap<>();
    /** Blocks that can share a tipset, in the order in which they came. */
    private final Map<Round, List<FullBlock>> rounds = new ConcurrentHashMap<>();

    private final Map<Cid, SignedMessage> messages = new ConcurrentHashMap<>();
    private final Map<Cid, List<Link>> carriers = new ConcurrentHashMap<>();
    /** Links whose state is kept, in the order in which they were made; genesis keeps its own. */
    private final Deque<Link> withState = new ArrayDeque<>();

    private record Round(TipSetKey parents, long height) {
        static Round of(BlockHeader header) {
            return new Round(new TipSetKey(header.parents()), header.height().value());
        }
    }

    private final Link genesis;
    private volatile Link head;

    /** Begins a chain, or takes up the one in the log. */
    public Chain(ChainSettings settings, Proofs proofs, Production production, Optional<ChainLog> log) {
        this(settings, DevnetKeys.of(settings.seed()), proofs, production, log);
    }

    /** A chain in memory with hashes for signatures, see {@link ChainKey#hashing}. */
    public static Chain simulated(ChainSettings settings, Proofs proofs, Production production) {
        return new Chain(settings, DevnetKeys.of(settings.seed()).hashing(), proofs, production, Optional.empty());
    }

    private Chain(
            ChainSettings settings, DevnetKeys keys, Proofs proofs, Production production, Optional<ChainLog> log) {
        this.settings = settings;
        this.keys = keys;
        this.beacon = new Beacon(keys.beacon());
        this.proofs = proofs;
        this.log = log;
        this.maker = new BlockMaker(settings, beacon, keys.producer(), production);
        this.genesis = makeGenesis();
        this.head = genesis;
        remember(genesis);
        log.ifPresent(this::replay);
    }

    private Link makeGenesis() {
        LongFunction<byte[]> noTickets = epoch -> new byte[0];
        var context = new TipSetContext(
                settings, beacon, proofs, 0, BigInteger.valueOf(ProtocolLimits.MINIMUM_BASE_FEE), noTickets);
        var tree = Genesis.build(
                context,
                settings.sectorSize(),
                keys.faucet().address(),
                keys.producer().address());
        var header = maker.genesis(tree.root());
        return new Link(
                TipSet.of(List.of(header)),
                Optional.empty(),
                List.of(new FullBlock(header, List.of())),
                List.of(),
                List.of(),
                tree,
                BigInteger.valueOf(ProtocolLimits.MINIMUM_BASE_FEE));
    }

    private void replay(ChainLog chainLog) {
        if (chainLog.replay().isEmpty()) {
            chainLog.append(new ChainLog.Entry.Begun(settings));
            return;
        }
        for (var entry : chainLog.replay()) {
            switch (entry) {
                case ChainLog.Entry.Made made -> {
                    var block = new FullBlock(made.header(), made.messages());
                    moveTo(execute(logged(block), List.of(block)));
                }
                case ChainLog.Entry.Submitted submitted -> take(logged(submitted.block()), submitted.block());
                case ChainLog.Entry.Begun begun -> {
                    // Read before, by those who open the log.
                }
                case ChainLog.Entry.Pushed pushed -> {
                    // For the pool.
                }
            }
        }
    }

    private Link logged(FullBlock block) {
        var parent = links.get(new TipSetKey(block.header().parents()));
        if (parent == null || !parent.stateRoot().equals(block.header().parentStateRoot())) {
            throw new IllegalStateException("the log's block " + block.header().cid()
                    + " does not follow from what this version computes; begin with an empty directory");
        }
        return parent;
    }

    public ChainSettings settings() {
        return settings;
    }

    public DevnetKeys keys() {
        return keys;
    }

    public Beacon beacon() {
        return beacon;
    }

    Proofs proofs() {
        return proofs;
    }

    public Link genesis() {
        return genesis;
    }

    public Link head() {
        return head;
    }

    /** The link of a tipset; the head for the empty key. */
    public Optional<Link> find(TipSetKey key) {
        return key.isEmpty() ? Optional.of(head) : Optional.ofNullable(links.get(key));
    }

    /** The link that holds a block. */
    public Optional<Link> findBlock(Cid block) {
        return Optional.ofNullable(blocks.get(block));
    }

    /** A block with its messages. */
    public Optional<FullBlock> findFullBlock(Cid block) {
        return Optional.ofNullable(fullBlocks.get(block));
    }

    /** A message that the pool or a block ever held, by signed or unsigned CID. */
    public Optional<SignedMessage> findMessage(Cid cid) {
        return Optional.ofNullable(messages.get(cid));
    }

    /** Links, on any fork, that carry a message. */
    public List<Link> carriersOf(Cid message) {
        return List.copyOf(carriers.getOrDefault(message, List.of()));
    }

    /** Makes a message known before a block holds it; on disk first. */
    public void pushed(SignedMessage message) {
        log.ifPresent(file -> file.append(new ChainLog.Entry.Pushed(message)));
        know(message);
    }

    /** Makes a message known, as one that a provider puts into its own block; it is on disk once the block is. */
    public void know(SignedMessage message) {
        messages.put(message.cid(), message);
        messages.put(message.message().cid(), message);
    }

    /** Makes the next block at a height above the head, with null rounds between them. */
    public Link extend(long height, List<SignedMessage> chosen, BigInteger baseFee) {
        return extend(new BlockMaker.Plan(head, height, Genesis.PRODUCER, 1, chosen, baseFee));
    }

    /** Makes a block on an older tipset and moves the head to it: the beginning of a fork. */
    public Link fork(Link base, List<SignedMessage> chosen, BigInteger baseFee) {
        return fork(base, base.height() + 1, 1, chosen, baseFee);
    }

    /** As {@link #fork(Link, List, BigInteger)}, at a height and with a number of wins. */
    public Link fork(Link base, long height, long wins, List<SignedMessage> chosen, BigInteger baseFee) {
        return extend(new BlockMaker.Plan(base, height, Genesis.FORK_PRODUCER, wins, chosen, baseFee));
    }

    private Link extend(BlockMaker.Plan plan) {
        var block = new FullBlock(maker.make(plan), plan.messages());
        var link = execute(plan.parent(), List.of(block));
        log.ifPresent(file -> file.append(new ChainLog.Entry.Made(block.header(), block.messages())));
        moveTo(link);
        return link;
    }

    /** What a provider's right to make a block on a base at an epoch rests on. */
    public MiningRight miningRight(Link base, long epoch) {
        return new MiningRight(this, base, epoch);
    }

    /** What a provider's block is checked by. */
    public BlockCheck blockCheck() {
        return new BlockCheck(this);
    }

    /** Takes up a provider's block that was found valid; the head moves when a tipset with it is the heaviest. */
    public void accept(Link parent, FullBlock block) {
        log.ifPresent(file -> file.append(new ChainLog.Entry.Submitted(block)));
        take(parent, block);
    }

    private void take(Link parent, FullBlock block) {
        var together = new ArrayList<FullBlock>();
        together.add(block);
        for (var other : rounds.getOrDefault(Round.of(block.header()), List.of())) {
            var miner = other.header().miner();
            // Two blocks of one miner never share a tipset.
            if (together.stream().noneMatch(one -> one.header().miner().equals(miner))) {
                together.add(other);
            }
        }
        var link = execute(parent, together);
        if (isHeavier(link, head)) {
            moveTo(link);
        } else {
            remember(link);
            keepState(link);
        }
    }

    /** By weight; of equal ones the tipset with the smaller ticket (Lotus {@code breakWeightTie}). */
    private static boolean isHeavier(Link link, Link than) {
        int byWeight = link.weight().compareTo(than.weight());
        if (byWeight != 0) {
            return byWeight > 0;
        }
        int blocks = Math.min(link.blocks().size(), than.blocks().size());
        for (int index = 0; index < blocks; index++) {
            int byTicket = ticket(link, index).compareTo(ticket(than, index));
            if (byTicket != 0) {
                return byTicket < 0;
            }
        }
        return false;
    }

    private static Ticket ticket(Link link, int block) {
        return link.tipSet().blocks().get(block).ticket().orElseThrow();
    }

    private void moveTo(Link link) {
        remember(link);
        head = link;
        keepState(link);
    }

    private void keepState(Link link) {
        withState.addLast(link);
        if (withState.size() > KEPT_STATES) {
            withState.removeFirst().dropState();
        }
    }

    private void remember(Link link) {
        links.put(link.tipSet().key(), link);
        for (var block : link.blocks()) {
            var cid = block.header().cid();
            blocks.put(cid, link);
            if (fullBlocks.put(cid, block) == null) {
                rounds.merge(Round.of(block.header()), List.of(block), Chain::joined);
            }
        }
        for (var message : link.messages()) {
            know(message);
            carriers.merge(message.cid(), List.of(link), Chain::joined);
        }
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        var all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private Link execute(Link parent, List<FullBlock> together) {
        var tipSet = TipSet.of(together.stream().map(FullBlock::header).toList());
        var ordered = tipSet.blocks().stream()
                .map(header -> together.stream()
                        .filter(block -> block.header().equals(header))
                        .findFirst()
                        .orElseThrow())
                .toList();
        long height = tipSet.height().value();
        var baseFee = tipSet.parentBaseFee().atto();
        var tree = parent.after().fork();
        for (long epoch = parent.height() + 1; epoch < height; epoch++) {
            new Vm(context(parent, epoch, baseFee), tree).cron();
        }
        LongFunction<byte[]> tickets = epoch ->
                epoch >= height ? tipSet.minTicketBlock().ticket().orElseThrow().vrfProof() : ticketAt(parent, epoch);
        var vm = new Vm(new TipSetContext(settings, beacon, proofs, height, baseFee, tickets), tree);
        var messages = new ArrayList<SignedMessage>();
        var results = new ArrayList<Vm.Applied>();
        var nextNonces = new HashMap<Address, Long>();
        for (var block : ordered) {
            var tips = TokenAmount.ZERO;
            for (var signed : selected(block, tree, nextNonces)) {
                var applied = vm.apply(signed.message(), onChainLength(signed));
                messages.add(signed);
                results.add(applied);
                tips = tips.plus(new TokenAmount(applied.bill().minerTip()));
            }
            vm.award(
                    block.header().miner().id().orElseThrow(),
                    block.header().electionProof().orElseThrow().winCount(),
                    tips);
        }
        vm.cron();
        var nextFee = BaseFee.next(baseFee, bids(ordered, baseFee));
        return new Link(tipSet, Optional.of(parent), ordered, messages, results, tree, nextFee);
    }

    /** Of two messages of one sender and nonce the one in the earlier block counts (Lotus {@code ComputeNextBaseFeeFromPremiums}). */
    private static Collection<BaseFee.Bid> bids(List<FullBlock> blocks, BigInteger baseFee) {
        var bids = new LinkedHashMap<SenderNonce, BaseFee.Bid>();
        for (var block : blocks) {
            for (var signed : block.messages()) {
                var message = signed.message();
                bids.putIfAbsent(new SenderNonce(message.from(), message.nonce()), BaseFee.Bid.of(message, baseFee));
            }
        }
        return bids.values();
    }

    private record SenderNonce(Address sender, long nonce) {}

    /**
     * A block's messages without those that an earlier block of the tipset has (Lotus {@code BlockMsgsForTipset}): each sender's
     * nonces go on where they were.
     */
    private static List<SignedMessage> selected(FullBlock block, StateTree tree, Map<Address, Long> nextNonces) {
        var selected = new ArrayList<SignedMessage>();
        for (var signed : block.messages()) {
            var message = signed.message();
            long next = nextNonces.computeIfAbsent(
                    message.from(),
                    from -> tree.resolve(from)
                            .flatMap(tree::find)
                            .map(ActorEntry::nonce)
                            .orElse(message.nonce()));
            if (message.nonce() == next) {
                nextNonces.put(message.from(), next + 1);
                selected.add(signed);
            }
        }
        return selected;
    }

    private static byte[] ticketAt(Link link, long epoch) {
        var found = link.ancestorAt(epoch).tipSet().minTicketBlock();
        return found.ticket().orElseThrow().vrfProof();
    }

    /** Bytes that a message takes in a block: without its signature when that is in the aggregate. */
    public static int onChainLength(SignedMessage signed) {
        return FullBlock.isBls(signed) ? signed.message().toCbor().length : signed.toCbor().length;
    }

    /** The chain as messages that ran at an epoch on top of a link would see it. */
    public ExecutionContext context(Link top, long epoch, BigInteger baseFee) {
        return new TipSetContext(settings, beacon, proofs, epoch, baseFee, at -> ticketAt(top, at));
    }

    /** A copy of a link's state that a query may run messages on. */
    public static StateTree scratch(StateTree tree) {
        return tree.fork();
    }
}
