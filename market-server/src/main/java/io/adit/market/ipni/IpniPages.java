package io.adit.market.ipni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.adit.core.error.InvalidValueException;
import io.adit.core.ipld.Cid;
import io.adit.core.state.AdChunk;
import io.adit.core.state.AdRecord;
import io.adit.core.state.StateStore;
import io.adit.libp2p.identity.Identity;
import io.adit.market.retrieve.PieceCatalog;
import io.adit.market.retrieve.PieceLookup;
import io.adit.market.retrieve.SidePages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chain for indexers to read: {@code GET /ipni/v1/ad/head}, and {@code /ipni/v1/ad/{cid}} for advertisements and chunks
 * of multihashes. The same below {@code /ipni-provider/{peer}}, where Curio has it.
 */
final class IpniPages {
    private static final Logger LOG = LoggerFactory.getLogger(IpniPages.class);
    private static final List<String> PATH = List.of("ipni", "v1", "ad");
    private static final int MAX_TEXT = 256;
    /** Chunks that are made again at one time: each takes reading from the disks that serve pieces. */
    private static final int MADE_AT_ONCE = 2;

    private final AdChain chain;
    private final Identity identity;
    private final StateStore store;
    private final PieceCatalog catalog;
    private final EntryFiles files;
    private final Semaphore making = new Semaphore(MADE_AT_ONCE);
    private volatile Optional<Signed> signed = Optional.empty();

    private record Signed(Cid head, byte[] message) {}

    IpniPages(AdChain chain, Identity identity, StateStore store, PieceCatalog catalog, EntryFiles files) {
        this.chain = chain;
        this.identity = identity;
        this.store = store;
        this.catalog = catalog;
        this.files = files;
    }

    /** The pages below both folders. */
    List<SidePages> all() {
        return List.of(new Folder("ipni", List.of()), new Folder("ipni-provider", List.of(chain.provider())));
    }

    /** Where the chain is found below a folder. */
    private final class Folder implements SidePages {
        private final String name;
        private final List<String> before;

        Folder(String name, List<String> before) {
            this.name = name;
            this.before = before;
        }

        @Override
        public String folder() {
            return name;
        }

        @Override
        public boolean takesPosts() {
            return false;
        }

        @Override
        public Optional<Page> answer(Question question) {
            var path = question.path();
            var place = before.isEmpty() ? PATH.subList(1, PATH.size()) : joined();
            if (!question.method().equals("GET")
                    || path.size() != place.size() + 1
                    || !path.subList(0, place.size()).equals(place)) {
                return Optional.empty();
            }
            var asked = path.getLast();
            return Optional.of(asked.equals("head") ? head() : block(asked));
        }

        private List<String> joined() {
            var all = new ArrayList<>(before);
            all.addAll(PATH);
            return all;
        }
    }

    private SidePages.Page head() {
        var head = chain.head();
        if (head.isEmpty()) {
            return new SidePages.Page(204, "application/json", new byte[0]);
        }
        return new SidePages.Page(200, signed(head.get().cid()));
    }

    private byte[] signed(Cid head) {
        var known = signed;
        if (known.isEmpty() || !known.get().head().equals(head)) {
            known = Optional.of(new Signed(head, SignedHead.encode(head, identity)));
            signed = known;
        }
        return known.get().message();
    }

    private SidePages.Page block(String text) {
        Cid cid;
        try {
            if (text.length() > MAX_TEXT) {
                return problem(400, "a CID of more than " + MAX_TEXT + " characters");
            }
            cid = Cid.parse(text);
        } catch (InvalidValueException e) {
            return problem(400, "not a CID");
        }
        if (cid.codec() == Cid.DAG_JSON) {
            var ad = chain.find(cid);
            ad.map(AdRecord::number).ifPresent(chain::noteAsked);
            return ad.map(found -> new SidePages.Page(200, found.block().array()))
                    .orElseGet(() -> problem(404, "no such advertisement"));
        }
        return chunk(cid);
    }

    private SidePages.Page chunk(Cid cid) {
        List<AdChunk> recipes = store.read(tx -> tx.ads().chunks(cid));
        if (recipes.isEmpty()) {
            return problem(404, "no such chunk");
        }
        var kept = files.get(cid);
        if (kept.isPresent()) {
            return entries(kept.get());
        }
        if (!making.tryAcquire()) {
            return problem(503, "other chunks are being made, ask again in a moment");
        }
        try {
            return recipes.stream()
                    .flatMap(recipe -> again(recipe).stream())
                    .findFirst()
                    .map(IpniPages::entries)
                    .orElseGet(() -> problem(404, "the chunk cannot be made at present"));
        } finally {
            making.release();
        }
    }

    private Optional<byte[]> again(AdChunk recipe) {
        if (!(catalog.find(recipe.piece()) instanceof PieceLookup.Here here)) {
            return Optional.empty();
        }
        try {
            var block = EntryMaker.again(recipe, here.piece());
            if (block.isEmpty()) {
                LOG.warn(
                        "piece {} is not what it was when its blocks were advertised; 'adit index build {}' indexes it anew",
                        recipe.piece().asUnsealedCid(),
                        recipe.piece().asUnsealedCid());
            }
            block.ifPresent(made -> files.put(recipe.cid(), made));
            return block;
        } catch (IOException e) {
            LOG.warn("cannot make a chunk of piece {} again: {}", recipe.piece().asUnsealedCid(), e.toString());
            return Optional.empty();
        }
    }

    private static SidePages.Page entries(byte[] block) {
        return new SidePages.Page(200, "application/cbor", block);
    }

    private static SidePages.Page problem(int status, String what) {
        var node = DagJson.map().put("error", what);
        return new SidePages.Page(status, node.toString().getBytes(UTF_8));
    }
}
