package io.adit.market.client;

import io.adit.core.error.AditException;
import io.adit.core.ipld.Block;
import io.adit.core.ipld.BlockSource;
import io.adit.core.ipld.CarReader;
import io.adit.core.ipld.CarWriter;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.core.ipld.UnixFsReader;
import io.adit.market.retrieve.DagLinks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes in a CAR as it comes and holds it to the walk that was asked for: the path's blocks, then the entity at its end,
 * depth first. A block is accepted only where the walk needs it; duplicates may be there or left out. What is accepted
 * goes to a file, from which blocks are had again.
 */
final class CarCheck implements BlockSource {
    private static final int MAX_WAITING = 1 << 20;

    private final CarReader car;
    private final CarWriter keep;
    private final FileChannel kept;
    private final Map<Cid, Kept> places = new HashMap<>();
    private Optional<CarReader.Entry> next;

    private record Kept(long offset, int length) {}

    CarCheck(CarReader car, CarWriter keep, FileChannel kept) throws IOException {
        this.car = car;
        this.keep = keep;
        this.kept = kept;
        this.next = car.next();
    }

    /** Different blocks accepted. */
    int blocks() {
        return places.size();
    }

    /**
     * Reads the whole archive.
     *
     * @return the CID at the path's end
     */
    Cid readAll(Cid root, List<String> path) throws IOException {
        var end = root;
        for (var name : path) {
            accept(end);
            keep.flush();
            end = Optional.ofNullable(new UnixFsReader(this).list(end).get(name))
                    .orElseThrow(() -> wrong("the directory has no entry \"" + name + "\""));
        }
        readDag(end);
        if (next.isPresent()) {
            throw wrong("the block " + next.get().cid() + " comes after the last one asked for");
        }
        keep.flush();
        return end;
    }

    @Override
    public Optional<byte[]> get(Cid cid) throws IOException {
        var place = places.get(cid);
        if (place == null) {
            return Optional.empty();
        }
        var data = ByteBuffer.allocate(place.length());
        while (data.hasRemaining()) {
            if (kept.read(data, place.offset() + data.position()) < 0) {
                throw new IOException("the archive's file ended early");
            }
        }
        return Optional.of(data.array());
    }

    private void readDag(Cid root) throws IOException {
        Deque<Iterator<Cid>> path = new ArrayDeque<>();
        path.push(List.of(root).iterator());
        long waiting = 1;
        while (!path.isEmpty()) {
            if (!path.peek().hasNext()) {
                path.pop();
                continue;
            }
            var cid = path.peek().next();
            waiting--;
            var block = accept(cid);
            if (block.isEmpty()) {
                continue;
            }
            var links = DagLinks.entity(cid, block.get());
            waiting += links.size();
            if (waiting > MAX_WAITING) {
                throw wrong("more than " + MAX_WAITING + " links wait to be followed");
            }
            path.push(links.iterator());
        }
    }

    /** The block, if it has to be followed: empty when it was accepted before and is left out this time. */
    private Optional<byte[]> accept(Cid cid) throws IOException {
        if (next.isPresent() && next.get().cid().equals(cid)) {
            var entry = next.get();
            if (!places.containsKey(cid)) {
                long offset = keep.write(new Block(cid, entry.data()));
                places.put(cid, new Kept(offset, entry.dataLength()));
            }
            next = car.next();
            return Optional.of(entry.data());
        }
        if (cid.multihash().code() == Multihash.IDENTITY) {
            return Optional.of(cid.multihash().digest());
        }
        if (places.containsKey(cid)) {
            return Optional.empty();
        }
        throw wrong(
                next.isPresent()
                        ? "the block " + next.get().cid() + " comes where " + cid + " was due"
                        : "the archive ended before the block " + cid);
    }

    private static AditException wrong(String problem) {
        return new AditException(
                RetrievalErrorCode.RETRIEVAL_NOT_WHAT_WAS_ASKED,
                "the provider's CAR is not what was asked for: " + problem);
    }
}
