package io.adit.market.deal;

import io.adit.core.error.AditException;
import io.adit.core.fil.CommP;
import io.adit.core.ipld.Hashes;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealRecord;
import io.adit.core.state.StateStore;
import io.adit.market.mk20.Ulid;
import io.adit.market.mk20.Uploads;
import io.adit.market.policy.DealTerms;
import io.adit.market.policy.UploadTerms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Uploads into the folder of pieces. One that comes whole is hashed as it comes and gets the piece's name at its end. Chunks
 * are written to their places in the deal's part, each noted once it is synced; the whole of them is hashed by {@link
 * FetchTask} before it gets the name.
 */
final class DirectUploads implements Uploads {
    private static final int BUFFER = 1 << 18;

    private final StateStore store;
    private final PieceFiles files;
    private final HeldPiece held;
    private final Supplier<DealTerms> policy;
    private final UploadSlots slots = new UploadSlots();
    private final ReentrantLock noting = new ReentrantLock();
    /** Deals, and chunks of them, that are being written. */
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    DirectUploads(StateStore store, PieceFiles files, Supplier<DealTerms> policy) {
        this.store = store;
        this.files = files;
        this.held = new HeldPiece(store, files);
        this.policy = policy;
    }

    private interface Step {
        Result run() throws IOException;
    }

    /** One at a time under a name, of a deal that waits for an upload, in a slot of its client's. */
    private Result alone(Ulid deal, String name, Step step) throws IOException {
        var waiting = waiting(deal.uuid());
        if (waiting.isEmpty()) {
            return notWaiting(deal);
        }
        UploadTerms terms;
        try {
            terms = policy.get().uploads();
        } catch (AditException e) {
            return new Result(503, "the provider's policy has to be mended; try again later");
        }
        var client = waiting.get().client();
        var full = slots.enter(client, terms);
        if (full.isPresent()) {
            return new Result(429, full.get().message());
        }
        try {
            if (!running.add(name)) {
                return new Result(409, "this is being uploaded by another request");
            }
            try {
                return step.run();
            } finally {
                running.remove(name);
                discardOfEnded(deal.uuid());
            }
        } finally {
            slots.leave(client);
        }
    }

    /** What is written of a deal that failed, or got its data elsewhere, while it was being uploaded is nobody's. */
    private void discardOfEnded(UUID uuid) throws IOException {
        if (waiting(uuid).isEmpty()) {
            files.discard(uuid);
        }
    }

    /** A deal whose client may upload now. */
    private Optional<DealRecord> waiting(UUID uuid) {
        return store.read(tx -> tx.deals().find(uuid))
                .filter(DirectTerms::takesUploads)
                .filter(deal -> deal.error().isEmpty() && deal.checkpoint() == DealCheckpoint.Accepted);
    }

    private static Result notWaiting(Ulid deal) {
        return new Result(404, "deal not found: " + deal + " does not wait for an upload");
    }

    private Optional<ChunkState> state(UUID uuid) {
        return store.read(tx -> ChunkState.find(tx, uuid));
    }

    @Override
    public Result whole(Ulid deal, Body body) throws IOException {
        var uuid = deal.uuid();
        return alone(deal, uuid.toString(), () -> {
            var waiting = waiting(uuid);
            if (waiting.isEmpty()) {
                return notWaiting(deal);
            }
            if (files.find(waiting.get().piece()).isPresent()) {
                return here(waiting.get(), new Result(409, "the data is here already"));
            }
            if (state(uuid).isPresent()) {
                return new Result(409, "an upload in chunks was begun");
            }
            try {
                return receive(waiting.get(), body);
            } catch (IOException | RuntimeException e) {
                Files.deleteIfExists(files.uploaded(waiting.get()));
                throw e;
            }
        });
    }

    /** Data of the name is here: no upload makes a piece of another size of it. */
    private Result here(DealRecord deal, Result same) {
        return held.knownDifference(deal.piece())
                .map(why -> new Result(400, "piece CID does not match: " + why))
                .orElse(same);
    }

    private Result receive(DealRecord deal, Body body) throws IOException {
        long size = most(deal);
        var commP = new CommP();
        var wrong = Optional.<Result>empty();
        try (var to = FileChannel.open(
                files.uploaded(deal),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            var sha256 = Hashes.sha256Digest();
            var buffer = new byte[BUFFER];
            for (int n = body.bytes().read(buffer);
                    n >= 0 && wrong.isEmpty();
                    n = body.bytes().read(buffer)) {
                if (n > size - commP.rawSize()) {
                    wrong = Optional.of(new Result(400, "longer than the " + size + " bytes that the deal has"));
                } else {
                    write(to, ByteBuffer.wrap(buffer, 0, n));
                    commP.update(buffer, 0, n);
                    sha256.update(buffer, 0, n);
                }
            }
            if (wrong.isEmpty()) {
                wrong = mismatch(deal, body, commP, sha256.digest());
            }
            if (wrong.isEmpty()) {
                to.force(true);
            }
        } finally {
            commP.abandon();
        }
        if (wrong.isPresent()) {
            Files.deleteIfExists(files.uploaded(deal));
            return wrong.get();
        }
        files.keep(files.uploaded(deal), deal.piece());
        store.transactVoid(tx -> tx.tasks().signal(DealImport.DONE));
        return Result.done();
    }

    private static void write(FileChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /**
     * Bytes of a deal's data at most; where the deal says how many they are, those. What its client said counts as staged, so no
     * more than that is taken.
     */
    private static long most(DealRecord deal) {
        long piece = deal.piece().size().unpadded().bytes();
        long said = deal.transferSize();
        return DealImport.bytes(deal).orElse(said == 0 ? piece : Math.min(said, piece));
    }

    private static Optional<Result> mismatch(DealRecord deal, Body body, CommP commP, byte[] sha256) {
        if (body.sha256().filter(signed -> !Arrays.equals(signed, sha256)).isPresent()) {
            return Optional.of(new Result(401, "the body is not the one whose Content-Digest was signed"));
        }
        var size = DealImport.bytes(deal);
        if (size.isPresent() && commP.rawSize() != size.getAsLong()) {
            return Optional.of(new Result(
                    400,
                    "piece raw size does not match: " + commP.rawSize() + " bytes came, the" + " piece CID names "
                            + size.getAsLong()));
        }
        if (commP.rawSize() == 0) {
            return Optional.of(new Result(400, "no bytes came"));
        }
        var piece = commP.finish(deal.piece().size());
        return piece.equals(deal.piece())
                ? Optional.empty()
                : Optional.of(new Result(
                        400,
                        "piece CID does not match: the data has " + piece.pieceCidV1() + ", the deal "
                                + deal.piece().pieceCidV1()));
    }

    @Override
    public Result begin(Ulid deal, long rawSize, long chunkSize) {
        try {
            return alone(deal, deal.uuid().toString(), () -> beginAlone(deal, rawSize, chunkSize));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Result beginAlone(Ulid deal, long rawSize, long chunkSize) throws IOException {
        var waiting = waiting(deal.uuid());
        if (waiting.isEmpty()) {
            return notWaiting(deal);
        }
        long most = most(waiting.get());
        boolean exact = DealImport.bytes(waiting.get()).isPresent();
        if (rawSize < 1 || rawSize > most || (exact && rawSize != most)) {
            return new Result(
                    400,
                    "raw_size must be " + (exact ? most + ", as the piece CID says," : "from 1 to " + most) + " given "
                            + rawSize);
        }
        if (chunkSize < LEAST_CHUNK || chunkSize > MOST_CHUNK || Long.bitCount(chunkSize) != 1) {
            return new Result(
                    400,
                    "chunk_size must be a power of two between " + LEAST_CHUNK + " and " + MOST_CHUNK + ", given "
                            + chunkSize);
        }
        if ((rawSize + chunkSize - 1) / chunkSize > MOST_CHUNKS) {
            return new Result(400, "chunk_size must be larger: at most " + MOST_CHUNKS + " chunks are taken");
        }
        if (state(deal.uuid()).isEmpty()) {
            // None of its chunks counts, and it may be longer than what comes now.
            Files.deleteIfExists(files.uploaded(waiting.get()));
        }
        boolean begun = store.transact(tx -> {
            boolean fresh = ChunkState.find(tx, deal.uuid()).isEmpty();
            if (fresh) {
                ChunkState.begun(rawSize, chunkSize).put(tx, deal.uuid());
            }
            return fresh;
        });
        return begun ? Result.done() : new Result(409, "deal upload has already started");
    }

    @Override
    public Result chunk(Ulid deal, int number, Body body) throws IOException {
        var uuid = deal.uuid();
        return alone(deal, uuid + "/" + number, () -> {
            var state = state(uuid);
            var waiting = waiting(uuid);
            if (waiting.isEmpty() || state.isEmpty()) {
                return new Result(404, "chunk not found: POST /market/mk20/uploads/" + deal + " begins an upload");
            }
            if (number < 1 || number > state.get().chunks()) {
                return new Result(
                        404,
                        "chunk not found: they are numbered from 1 to "
                                + state.get().chunks());
            }
            if (state.get().has(number)) {
                return new Result(409, "chunk already uploaded");
            }
            return receive(waiting.get(), state.get(), number, body);
        });
    }

    private Result receive(DealRecord deal, ChunkState state, int number, Body body) throws IOException {
        int length = state.length(number);
        var sha256 = Hashes.sha256Digest();
        long came = 0;
        try (var to = FileChannel.open(files.uploaded(deal), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var buffer = new byte[BUFFER];
            for (int n = body.bytes().read(buffer); n >= 0; n = body.bytes().read(buffer)) {
                if (n > length - came) {
                    return new Result(400, "chunk " + number + " must have " + length + " bytes, more came");
                }
                to.position(state.offset(number) + came);
                write(to, ByteBuffer.wrap(buffer, 0, n));
                sha256.update(buffer, 0, n);
                came += n;
            }
            if (came != length) {
                return new Result(400, "chunk " + number + " must have " + length + " bytes, " + came + " came");
            }
            var digest = sha256.digest();
            if (body.sha256().filter(signed -> !Arrays.equals(signed, digest)).isPresent()) {
                return new Result(401, "the body is not the one whose Content-Digest was signed");
            }
            to.force(true);
        }
        // Not only by whoever made the part: another chunk may be noted before that one is through.
        files.syncFolder();
        return noted(deal.uuid(), number) ? Result.done() : new Result(404, "the upload was given up meanwhile");
    }

    /** One after the other: two chunks that end together would each forget the other. */
    private boolean noted(UUID uuid, int number) {
        noting.lock();
        try {
            return store.transact(tx -> {
                var now = ChunkState.find(tx, uuid);
                now.ifPresent(begun -> begun.with(number).put(tx, uuid));
                return now.isPresent();
            });
        } finally {
            noting.unlock();
        }
    }

    @Override
    public Optional<Progress> progress(Ulid deal) {
        return state(deal.uuid()).map(state -> new Progress(state.chunks(), state.numbers(true), state.numbers(false)));
    }

    @Override
    public Result finish(Ulid deal) {
        var waiting = waiting(deal.uuid());
        if (waiting.isEmpty()) {
            boolean gone = store.read(tx -> tx.deals().find(deal.uuid()))
                    .filter(known -> known.checkpoint() != DealCheckpoint.Accepted
                            && known.error().isEmpty())
                    .isPresent();
            return gone ? Result.done() : notWaiting(deal);
        }
        if (files.find(waiting.get().piece()).isPresent()) {
            return here(waiting.get(), Result.done());
        }
        return store.transact(tx -> {
            var state = ChunkState.find(tx, deal.uuid());
            if (state.isEmpty()) {
                return new Result(400, "deal upload has not started");
            }
            var missing = state.get().numbers(false);
            if (!missing.isEmpty()) {
                return new Result(
                        400,
                        "deal upload has not finished: " + missing.size() + " chunks are missing, the" + " first is "
                                + missing.getFirst());
            }
            state.get().asFinished().put(tx, deal.uuid());
            tx.tasks().signal(DealImport.DONE);
            return Result.done();
        });
    }
}
