package io.adit.market.retrieve;

import io.adit.core.ipld.CborException;
import io.adit.core.ipld.CborLimits;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.MajorType;
import io.adit.core.ipld.UnixFsDirectories;
import io.adit.core.ipld.UnixFsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Where a path leads from a CID, through UnixFS directories, plain and sharded ones, and through the maps and lists of
 * DAG-CBOR.
 *
 * @param roots the CID and for each name the block that it led to, or in which it led on: what {@code X-Ipfs-Roots} says. The
 *     last is the end, in which further names may have led on
 * @param above the blocks that led to the end, in order, those of shards among them; the end is not one of them
 */
record ContentPath(List<Cid> roots, List<Cid> above) {
    private static final int MAX_KEY = 4096;
    /** Documents on a path that are a link and nothing else: they use none of its names up. */
    private static final int MAX_HOPS = 32;

    ContentPath {
        roots = List.copyOf(roots);
        above = List.copyOf(above);
    }

    Cid end() {
        return roots.getLast();
    }

    /**
     * Follows the names.
     *
     * @throws RefusedException NOT_FOUND when a name leads nowhere, or a block on the way is not stored here
     */
    static ContentPath follow(LookupBlocks blocks, Cid root, List<String> names) throws IOException {
        var directories = new UnixFsDirectories(blocks);
        var roots = new ArrayList<Cid>(List.of(root));
        var above = new ArrayList<Cid>();
        var here = root;
        int hops = 0;
        int at = 0;
        while (at < names.size()) {
            above.add(here);
            if (here.codec() == Cid.DAG_CBOR) {
                var way = inDocument(blocks, here, names.subList(at, names.size()));
                if (way.link().isEmpty()) {
                    above.removeLast();
                    roots.addAll(Collections.nCopies(way.used(), here));
                    return new ContentPath(roots, above);
                }
                if (way.used() == 0 && ++hops > MAX_HOPS) {
                    throw new RefusedException(
                            RefusalCode.UNSUPPORTED,
                            "documents that are nothing but links to one another",
                            MAX_HOPS + " of them");
                }
                // Before the first name, such a document stands between; it is no name's end.
                if (way.used() > 0) {
                    roots.addAll(Collections.nCopies(way.used() - 1, here));
                    roots.add(way.link().get());
                }
                here = way.link().get();
                at += way.used();
            } else {
                var found = inDirectory(directories, here, names.get(at++));
                above.addAll(found.shards());
                roots.add(found.cid());
                here = found.cid();
            }
        }
        return new ContentPath(roots, above);
    }

    private static UnixFsDirectories.Found inDirectory(UnixFsDirectories directories, Cid directory, String name)
            throws IOException {
        try {
            return directories.find(directory, name).orElseThrow(() -> noEntry(directory));
        } catch (UnixFsException e) {
            throw new RefusedException(
                    RefusalCode.NOT_FOUND,
                    "the path cannot be followed at " + directory
                            + ": it is no directory, or one of its blocks is not stored here",
                    "");
        }
    }

    /**
     * How far names lead in a document.
     *
     * @param used names up to the link
     * @param link empty when they end inside the document
     */
    private record Way(int used, Optional<Cid> link) {}

    private static Way inDocument(LookupBlocks blocks, Cid document, List<String> names) throws IOException {
        var block = blocks.get(document)
                .orElseThrow(() -> new RefusedException(
                        RefusalCode.NOT_FOUND, "the block " + document + " is not stored here", ""));
        if (!document.multihash().canVerify() || !document.multihash().matches(block)) {
            throw new RefusedException(
                    RefusalCode.DAMAGED, "the stored block " + document + " does not hash to its CID", "");
        }
        try {
            return inDocument(document, new CborReader(block, CborLimits.UNCHECKED_KEYS), names);
        } catch (CborException e) {
            throw new RefusedException(
                    RefusalCode.NOT_FOUND, "the path cannot be followed in " + document + ": " + e.getMessage(), "");
        }
    }

    private static Way inDocument(Cid document, CborReader reader, List<String> names) {
        int used = 0;
        for (var name : names) {
            if (reader.peek() == MajorType.TAG) {
                return new Way(used, Optional.of(reader.cid()));
            }
            if (!enter(reader, name)) {
                throw noEntry(document);
            }
            used++;
        }
        return new Way(used, reader.peek() == MajorType.TAG ? Optional.of(reader.cid()) : Optional.empty());
    }

    /** Moves to what a name stands for in the map or list that comes next; false where there is none. */
    private static boolean enter(CborReader reader, String name) {
        if (reader.peek() == MajorType.MAP) {
            for (int left = reader.map(); left > 0; left--) {
                if (reader.text(MAX_KEY).equals(name)) {
                    return true;
                }
                reader.skip();
            }
            return false;
        }
        if (reader.peek() != MajorType.ARRAY || !name.matches("0|[1-9]\\d{0,8}")) {
            return false;
        }
        int place = Integer.parseInt(name);
        if (place >= reader.array()) {
            return false;
        }
        for (int before = 0; before < place; before++) {
            reader.skip();
        }
        return true;
    }

    private static RefusedException noEntry(Cid cid) {
        return new RefusedException(RefusalCode.NOT_FOUND, cid + " has no such entry", "");
    }
}
