package io.adit.market.ipni;

import io.adit.core.ipld.Cid;
import io.adit.core.state.AdChunk;
import io.adit.core.state.AdContext;
import io.adit.core.state.AdKind;
import io.adit.core.state.AdRecord;
import io.adit.core.state.Bytes;
import io.adit.core.state.StateStore;
import io.adit.libp2p.identity.Identity;
import io.adit.market.index.PieceIndex;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.PieceCatalog;
import io.adit.market.retrieve.SidePages;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the chain of advertisements as what can be served, looking every now and then, and tells indexers of it. What an
 * indexer then reads, and when, is its own affair; {@link #status} shows it.
 */
public final class IpniPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IpniPublisher.class);
    /** An indexer that has not come yet is told again after this time; one may have lost the announcement. */
    private static final Duration REMINDER = Duration.ofMinutes(10);

    /** A piece that could not be read is read again after this time: reading takes from the disks that others use. */
    private static final Duration NEXT_TRY = Duration.ofHours(1);

    private static final Duration CLOSE_GRACE = Duration.ofSeconds(30);

    private final Identity identity;
    private final Supplier<IpniWays> ways;
    private final IpniSettings settings;
    private final InstantSource clock;
    private final AdChain chain;
    private final Inventory inventory;
    private final EntryMaker maker;
    private final EntryFiles files;
    private final IpniPages pages;
    private final HttpClient http =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    private final List<Indexer> indexers;
    private final BlockingQueue<Boolean> wake = new LinkedBlockingQueue<>(1);
    private final Thread worker;
    private final Map<Bytes, Instant> triedInVain = new HashMap<>();
    private volatile boolean closing;
    private volatile String problem = "nothing has been looked at yet";

    /** What there is to serve, and who says so. */
    public record Parts(
            Identity identity,
            StateStore store,
            PieceIndex index,
            PieceCatalog catalog,
            ContentPolicy policy,
            InstantSource clock) {}

    /**
     * A publisher that does nothing until {@link #start}.
     *
     * @param ways asked before each look
     * @throws IOException when the directory for chunks cannot be used
     */
    public IpniPublisher(Parts parts, Supplier<IpniWays> ways, IpniSettings settings) throws IOException {
        this(parts, ways, settings, new EntryMaker());
    }

    IpniPublisher(Parts parts, Supplier<IpniWays> ways, IpniSettings settings, EntryMaker maker) throws IOException {
        this.identity = parts.identity();
        this.ways = ways;
        this.settings = settings;
        this.clock = parts.clock();
        this.maker = maker;
        this.chain = new AdChain(parts.store(), identity, clock);
        this.inventory = new Inventory(
                parts.store(), parts.index(), parts.catalog(), parts.policy(), settings.patience(), clock);
        this.files = EntryFiles.open(settings.entries(), settings.entryBytes(), clock);
        this.pages = new IpniPages(chain, identity, parts.store(), parts.catalog(), files);
        this.indexers = settings.indexers().stream()
                .map(url -> new Indexer(url, http, clock))
                .toList();
        // It reads pieces: on a virtual thread a disk that hangs would hold one of the few that carry all of these.
        this.worker = Thread.ofPlatform().daemon().name("ipni").unstarted(this::run);
    }

    /** What indexers read, for the retrieval server. */
    public List<SidePages> pages() {
        return pages.all();
    }

    public void start() {
        worker.start();
    }

    /** Looks at once, and tells indexers even if they were told before. */
    public void publishNow() {
        var ignored = wake.offer(true);
    }

    public IpniStatus status() {
        var head = chain.head();
        var contexts = chain.contexts();
        return new IpniStatus(
                chain.provider(),
                problem,
                head.map(AdRecord::cid),
                head.map(AdRecord::number).orElse(0L),
                count(contexts, AdKind.PIECE),
                count(contexts, AdKind.BLOCKS),
                chain.asked(),
                indexers.stream().map(Indexer::view).toList());
    }

    private static long count(List<AdContext> contexts, AdKind kind) {
        return contexts.stream().filter(context -> context.kind() == kind).count();
    }

    private void run() {
        boolean urgent = false;
        while (!closing) {
            try {
                round(urgent);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                // Whatever it was, what is published must be kept up with what is served.
                problem = String.valueOf(e.getMessage());
                LOG.warn("cannot bring the advertisements up to date; trying again in {}", settings.period(), e);
            }
            try {
                urgent = wake.poll(settings.period().toMillis(), TimeUnit.MILLISECONDS) != null;
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void round(boolean urgent) throws InterruptedException {
        var now = ways.get();
        if (now.http().isEmpty()) {
            problem = "no public address: set retrieval.announce-addresses";
            return;
        }
        publish(now);
        var head = chain.head();
        if (head.isEmpty()) {
            return;
        }
        var since = clock.instant().minus(REMINDER);
        for (var indexer : indexers) {
            boolean isThere = indexer.view().ingested().equals(head.map(AdRecord::cid));
            if (urgent || (!isThere && !indexer.knows(head.get().cid(), since))) {
                indexer.announce(head.get().cid(), now.http(), identity.peerId());
                indexer.ask(identity.peerId());
            }
        }
    }

    /** Says what is new, otherwise or gone; how many advertisements that took. */
    int publish(IpniWays now) throws InterruptedException {
        var wanted = inventory.look(now);
        var said = chain.contexts();
        var addresses = now.addresses();
        int added = 0;
        String trouble = "";
        for (var context : said) {
            var item = wanted.remove(context.contextId());
            if (item == null) {
                chain.add(new AdChain.Wording(addresses, Advertisement.NO_ENTRIES, context, true), table -> {});
                added++;
            } else if (!item.context().metadata().equals(context.metadata())) {
                update(addresses, item.context());
                added++;
            }
        }
        triedInVain.values().removeIf(at -> at.isBefore(clock.instant().minus(NEXT_TRY)));
        for (var item : wanted.values()) {
            requireOpen();
            var name = item.context().contextId();
            if (triedInVain.containsKey(name)) {
                continue;
            }
            try {
                added += item.onDisk() && add(addresses, item) ? 1 : 0;
            } catch (IOException e) {
                trouble =
                        "piece " + item.context().piece().asUnsealedCid() + " cannot be advertised: " + e.getMessage();
                LOG.warn("{}; it is tried again after {}", trouble, NEXT_TRY);
                triedInVain.put(name, clock.instant());
            }
        }
        if (added == 0 && haveChanged(addresses) && !said.isEmpty()) {
            // Addresses count for everything that the provider has, whichever advertisement brings them.
            update(addresses, said.getFirst());
            added++;
        }
        problem = trouble;
        if (added > 0) {
            LOG.info("{} advertisements were added to the chain for indexers", added);
        }
        return added;
    }

    private boolean haveChanged(List<String> addresses) {
        return chain.head()
                .filter(head -> !AdChain.addresses(head).equals(addresses))
                .isPresent();
    }

    private void update(List<String> addresses, AdContext context) {
        chain.add(new AdChain.Wording(addresses, Advertisement.NO_ENTRIES, context, false), table -> {});
    }

    private boolean add(List<String> addresses, Inventory.Item item) throws IOException {
        var chunks = maker.make(item.context().kind(), item.piece(), files::put);
        if (chunks.isEmpty()) {
            return false;
        }
        Cid newest = chunks.getLast().cid();
        chain.add(
                new AdChain.Wording(addresses, newest, item.context(), false),
                table -> table.putChunks(List.<AdChunk>copyOf(chunks)));
        return true;
    }

    private void requireOpen() throws InterruptedException {
        if (closing) {
            throw new InterruptedException("the publisher is closing");
        }
    }

    @Override
    public void close() {
        closing = true;
        publishNow();
        worker.interrupt();
        try {
            if (worker.getState() != Thread.State.NEW) {
                worker.join(CLOSE_GRACE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.shutdownNow();
    }
}
