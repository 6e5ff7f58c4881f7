package io.adit.market.deal;

import io.adit.core.fil.PieceCid;
import io.adit.core.fil.PieceInfo;
import io.adit.core.ipld.Cid;
import io.adit.core.time.Timeline;
import io.adit.market.fetch.Download;
import io.adit.market.fetch.FetchErrorCode;
import io.adit.market.fetch.FetchException;
import io.adit.market.fetch.FetchSource;
import io.adit.market.fetch.FileSource;
import io.adit.market.fetch.PieceLocator;
import io.adit.market.fetch.TransferShares;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the data of offline deals at the operator's piece locators ({@link PieceLocator}). Nothing that goes wrong there ends a
 * deal: its operator may bring the data all the same, and until then it is looked for again, after pauses that grow. How often it
 * was is forgotten with the process.
 */
final class PieceSearch {
    private static final Logger LOG = LoggerFactory.getLogger(PieceSearch.class);

    /** Locators that hang must not take up the fetcher, which clients' data comes through. */
    private static final int ASKED_AT_ONCE = 8;

    private final FileSource source;
    private final LocatorSettings settings;
    private final Timeline timeline;
    private final Semaphore asking = new Semaphore(ASKED_AT_ONCE);
    private final Map<PieceFetch.Name, Tries> tries = new ConcurrentHashMap<>();
    /** Who has the pieces that wait for a place: until there is one nobody is asked for them again. */
    private final Map<PieceFetch.Name, PieceLocator> found = new ConcurrentHashMap<>();

    PieceSearch(FileSource source, LocatorSettings settings, Timeline timeline) {
        this.source = source;
        this.settings = settings;
        this.timeline = timeline;
    }

    /**
     * What is looked for.
     *
     * @param bytes of the payload, where the deal says that for certain
     * @param file where it goes; may hold a first part
     */
    record Wanted(PieceFetch.Name name, PieceInfo piece, OptionalLong bytes, Path file) {}

    /** How a search ended. */
    enum Ended {
        /** The piece is in its file, durably, and is the one wanted. */
        FOUND,
        /** It is looked for again after {@link #pause}. */
        NOT_YET,
        /** A locator has it, and nothing more can be fetched at this moment. */
        NO_PLACE,
        /** As many locators are being asked as may be. */
        CROWDED
    }

    private record Tries(int count, Instant next, String trouble) {}

    /** A locator has the piece. */
    private record Offer(FetchSource source, long bytes) {}

    /** A download's place: taken when it is needed, and given back at the end. */
    private static final class Place implements AutoCloseable {
        private final Supplier<Optional<TransferShares.Share>> places;
        private Optional<TransferShares.Share> share = Optional.empty();

        Place(Supplier<Optional<TransferShares.Share>> places) {
            this.places = places;
        }

        boolean take() {
            if (share.isEmpty()) {
                share = places.get();
            }
            return share.isPresent();
        }

        Download.Pace pace() {
            return share.orElseThrow();
        }

        @Override
        public void close() {
            share.ifPresent(TransferShares.Share::close);
        }
    }

    /**
     * Looks once, if it is time for that.
     *
     * @param places for a download
     * @param progress told how many bytes are there; what it throws ends the search
     */
    Ended run(Wanted wanted, Supplier<Optional<TransferShares.Share>> places, LongConsumer progress)
            throws IOException {
        var before = tries.get(wanted.name());
        if (settings.locators().isEmpty()
                || (before != null && timeline.instant().isBefore(before.next()))) {
            return Ended.NOT_YET;
        }
        try (var place = new Place(places)) {
            var known = Optional.ofNullable(found.get(wanted.name()));
            if (known.isPresent() && !place.take()) {
                return Ended.NO_PLACE;
            }
            int done = before == null ? 0 : before.count();
            return search(wanted, known, done, place, progress);
        }
    }

    private Ended search(Wanted wanted, Optional<PieceLocator> known, int done, Place place, LongConsumer progress)
            throws IOException {
        var troubles = new ArrayList<String>();
        var much = new AtomicBoolean();
        int number = settings.locators().size();
        // Each time from the next one: the first may have it and never get it across.
        int first = known.map(settings.locators()::indexOf).orElse(done % number);
        for (int i = 0; i < number; i++) {
            var locator = settings.locators().get((first + i) % number);
            var ended = search(locator, wanted, place, progress, troubles, much);
            if (ended != Ended.NOT_YET) {
                return ended;
            }
        }
        found.remove(wanted.name());
        note(wanted.name(), much.get() ? 1 : done + 1, String.join("; ", troubles));
        return Ended.NOT_YET;
    }

    private Ended search(
            PieceLocator locator,
            Wanted wanted,
            Place place,
            LongConsumer progress,
            List<String> troubles,
            AtomicBoolean much)
            throws IOException {
        if (!asking.tryAcquire()) {
            return Ended.CROWDED;
        }
        Optional<Offer> offer;
        try {
            offer = ask(locator, wanted, troubles);
        } finally {
            asking.release();
        }
        if (offer.isEmpty()) {
            return Ended.NOT_YET;
        }
        if (!place.take()) {
            found.put(wanted.name(), locator);
            return Ended.NO_PLACE;
        }
        var brought = new PieceFetch.Brought(progress);
        try {
            if (bring(offer.get(), wanted, brought, place.pace())) {
                return Ended.FOUND;
            }
            LOG.warn(
                    "Deal {}: {} has other data under the piece CID {}",
                    wanted.name().deal(),
                    locator,
                    wanted.piece().pieceCidV1());
            troubles.add(locator + ": what it has is not the piece");
        } catch (FetchException e) {
            troubles.add(trouble(locator, e));
            much.compareAndSet(false, brought.bytes() >= PieceFetch.MUCH);
        }
        return Ended.NOT_YET;
    }

    private static String trouble(PieceLocator locator, Exception e) {
        return locator + ": " + e.getMessage();
    }

    /** Under its names, one after the other: Curio asks for version 2 where the deal has it, and else for version 1. */
    private Optional<Offer> ask(PieceLocator locator, Wanted wanted, List<String> troubles) {
        var trouble = "";
        for (var name : names(wanted)) {
            FetchSource at;
            try {
                at = locator.source(name);
            } catch (IOException e) {
                troubles.add(trouble(locator, e));
                return Optional.empty();
            }
            try {
                long bytes = source.length(at);
                if (bytes >= least(wanted) && bytes <= most(wanted)) {
                    return Optional.of(new Offer(at, bytes));
                }
                trouble = locator + ": it has " + bytes + " bytes, which is not what the deal says";
            } catch (FetchException e) {
                trouble = trouble(locator, e);
                if (e.reason() != FetchErrorCode.FETCH_REFUSED) {
                    break;
                }
            }
        }
        troubles.add(trouble);
        return Optional.empty();
    }

    private static long least(Wanted wanted) {
        return wanted.bytes().orElse(1);
    }

    private static long most(Wanted wanted) {
        return wanted.bytes().orElse(wanted.piece().size().unpadded().bytes());
    }

    private static List<Cid> names(Wanted wanted) {
        var v2 = wanted.bytes().stream()
                .mapToObj(bytes -> PieceCid.v2(wanted.piece(), bytes))
                .toList();
        return Stream.concat(v2.stream(), Stream.of(wanted.piece().pieceCidV1()))
                .toList();
    }

    private boolean bring(Offer offer, Wanted wanted, LongConsumer progress, Download.Pace pace) throws IOException {
        var download = download(offer, wanted, progress, pace);
        boolean right = isRight(download, wanted);
        if (!right && download.wasResumed()) {
            // Its first part may be another locator's.
            download.discard();
            download = download(offer, wanted, progress, pace);
            right = isRight(download, wanted);
        }
        if (!right) {
            download.discard();
        }
        return right;
    }

    private Download download(Offer offer, Wanted wanted, LongConsumer progress, Download.Pace pace) {
        return new Download(source, offer.source(), wanted.file(), offer.bytes(), progress, pace);
    }

    private static boolean isRight(Download download, Wanted wanted) throws IOException {
        return download.run().finish(wanted.piece().size()).equals(wanted.piece());
    }

    private void note(PieceFetch.Name name, int count, String trouble) {
        tries.put(name, new Tries(count, timeline.instant().plus(settings.pause(count)), trouble));
    }

    /** How long until it is looked for again, at most so long. */
    Duration pause(PieceFetch.Name name, Duration most) {
        var known = tries.get(name);
        if (known == null) {
            return most;
        }
        var left = Duration.between(timeline.instant(), known.next());
        return left.compareTo(most) > 0 ? most : left.isNegative() ? Duration.ZERO : left;
    }

    /** What an operator reads about the search; empty where there is none. */
    String words(PieceFetch.Name name) {
        var known = tries.get(name);
        return known == null
                ? ""
                : "; tries at piece locators: " + known.count() + ", the next at " + known.next() + " ("
                        + known.trouble() + ")";
    }

    /** Forgets the tries of a deal that needs none any more. */
    void forget(UUID deal) {
        tries.keySet().removeIf(name -> name.deal().equals(deal));
        found.keySet().removeIf(name -> name.deal().equals(deal));
    }
}
