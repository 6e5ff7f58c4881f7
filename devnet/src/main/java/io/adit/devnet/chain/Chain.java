package io.adit.devnet.chain;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.devnet.actor.ExecutionContext;
import io.adit.devnet.actor.Genesis;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.actor.Vm;
import io.adit.devnet.policy.Economics;
import io.adit.devnet.policy.ProtocolLimits;
import io.adit.proofs.Proofs;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/**
 * All links, the present head, and the execution that makes new ones. Reading is free of locks; {@link #extend} and
 * {@link #fork} are for one thread at a time. Blocks and messages are kept for good, states of the last thousand tipsets.
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
    private final Map<Cid, SignedMessage> messages = new ConcurrentHashMap<>();
    private final Map<Cid, List<Link>> carriers = new ConcurrentHashMap<>();
    /** Links whose state is kept, in the order in which they were made; genesis keeps its own. */
    private final Deque<Link> withState = new ArrayDeque<>();

    private final Link genesis;
    private volatile Link head;

    /** Begins a chain, or takes up the one in the log. */
    public Chain(ChainSettings settings, Proofs proofs, Optional<ChainLog> log) {
        this(settings, DevnetKeys.of(settings.seed()), proofs, log);
    }

    /** A chain in memory with hashes for signatures, see {@link ChainKey#hashing}. */
    public static Chain simulated(ChainSettings settings, Proofs proofs) {
        return new Chain(settings, DevnetKeys.of(settings.seed()).hashing(), proofs, Optional.empty());
    }

    private Chain(ChainSettings settings, DevnetKeys keys, Proofs proofs, Optional<ChainLog> log) {
        this.settings = settings;
        this.keys = keys;
        this.beacon = new Beacon(keys.beacon());
        this.proofs = proofs;
        this.log = log;
        this.maker = new BlockMaker(settings, beacon, keys.producer());
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
            if (entry instanceof ChainLog.Entry.Made made) {
                var parent = links.get(new TipSetKey(made.header().parents()));
                if (parent == null || !parent.stateRoot().equals(made.header().parentStateRoot())) {
                    throw new IllegalStateException(
                            "the log's block " + made.header().cid()
                                    + " does not follow from what this version computes; begin with an empty directory");
                }
                moveTo(execute(parent, made.header(), made.messages()));
            }
        }
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

    private void know(SignedMessage message) {
        messages.put(message.cid(), message);
        messages.put(message.message().cid(), message);
    }

    /** Makes the next block at a height above the head, with null rounds between them. */
    public Link extend(long height, List<SignedMessage> chosen, BigInteger baseFee) {
        return extend(head, height, Genesis.PRODUCER, chosen, baseFee);
    }

    /** Makes a block on an older tipset and moves the head to it: the beginning of a fork. */
    public Link fork(Link base, List<SignedMessage> chosen, BigInteger baseFee) {
        return extend(base, base.height() + 1, Genesis.FORK_PRODUCER, chosen, baseFee);
    }

    private Link extend(Link parent, long height, long producer, List<SignedMessage> chosen, BigInteger baseFee) {
        var ordered = new ArrayList<SignedMessage>();
        chosen.stream().filter(BlockMaker::isBls).forEach(ordered::add);
        chosen.stream().filter(message -> !BlockMaker.isBls(message)).forEach(ordered::add);
        var header = maker.make(parent, height, producer, ordered, baseFee);
        var link = execute(parent, header, ordered);
        log.ifPresent(file -> file.append(new ChainLog.Entry.Made(header, ordered)));
        moveTo(link);
        return link;
    }

    private void moveTo(Link link) {
        remember(link);
        head = link;
        withState.addLast(link);
        if (withState.size() > KEPT_STATES) {
            withState.removeFirst().dropState();
        }
    }

    private void remember(Link link) {
        links.put(link.tipSet().key(), link);
        link.tipSet().key().cids().forEach(cid -> blocks.put(cid, link));
        for (var message : link.messages()) {
            know(message);
            carriers.merge(message.cid(), List.of(link), Chain::joined);
        }
    }

    private static List<Link> joined(List<Link> some, List<Link> more) {
        var all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private Link execute(Link parent, BlockHeader header, List<SignedMessage> ordered) {
        var tipSet = TipSet.of(List.of(header));
        long height = header.height().value();
        var tree = parent.after().fork();
        for (long epoch = parent.height() + 1; epoch < height; epoch++) {
            new Vm(context(parent, epoch, header.parentBaseFee().atto()), tree).cron();
        }
        LongFunction<byte[]> tickets =
                epoch -> epoch >= height ? header.ticket().orElseThrow().vrfProof() : ticketAt(parent, epoch);
        var context = new TipSetContext(
                settings, beacon, proofs, height, header.parentBaseFee().atto(), tickets);
        var vm = new Vm(context, tree);
        var results = new ArrayList<Vm.Applied>();
        long gasLimits = 0;
        var tips = TokenAmount.ZERO;
        for (var signed : ordered) {
            var applied = vm.apply(signed.message(), onChainLength(signed));
            results.add(applied);
            gasLimits += signed.message().gasLimit();
            tips = tips.plus(new TokenAmount(applied.bill().minerTip()));
        }
        vm.award(header.miner().id().orElseThrow(), tips);
        vm.cron();
        var nextFee = Economics.nextBaseFee(header.parentBaseFee().atto(), gasLimits);
        return new Link(tipSet, Optional.of(parent), ordered, results, tree, nextFee);
    }

    private static byte[] ticketAt(Link link, long epoch) {
        var found = link.ancestorAt(epoch).tipSet().minTicketBlock();
        return found.ticket().orElseThrow().vrfProof();
    }

    /** Bytes that a message takes in a block: without its signature when that is in the aggregate. */
    public static int onChainLength(SignedMessage signed) {
        return BlockMaker.isBls(signed) ? signed.message().toCbor().length : signed.toCbor().length;
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
