package io.adit.market.deal;

import io.adit.core.error.AditException;
import io.adit.core.fil.PieceInfo;
import io.adit.market.fetch.AddressRules;
import io.adit.market.fetch.Download;
import io.adit.market.fetch.FetchException;
import io.adit.market.fetch.FetchSource;
import io.adit.market.fetch.FileSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches one piece and checks its CommP, from the sources that are named for it, at each try from the next. */
final class PieceFetch {
    private static final Logger LOG = LoggerFactory.getLogger(PieceFetch.class);
    private static final int ATTEMPTS = 20;
    /** A try that breaks and has brought this much is not counted: the source serves, and large pieces take many tries. */
    static final long MUCH = 16L << 20;

    private final FileSource source;
    private final AddressRules addresses;
    /** Failed tries since this process started. */
    private final Map<Name, Integer> failures = new ConcurrentHashMap<>();
    /** Sources that refused for good since this process started. */
    private final Map<Name, Set<FetchSource>> refused = new ConcurrentHashMap<>();

    PieceFetch(FileSource source, AddressRules addresses) {
        this.source = source;
        this.addresses = addresses;
    }

    /**
     * Of which deal, and which of its pieces.
     *
     * @param position in its aggregate; 0 where the deal has one piece only
     */
    record Name(UUID deal, int position) {}

    /**
     * What is to come.
     *
     * @param params where from: a transfer's parameters, or an array of them
     * @param bytes of the payload
     * @param file where it goes; may hold a first part
     */
    record Wanted(Name name, byte[] params, PieceInfo piece, long bytes, Path file) {}

    /**
     * Brings the piece to disk, durably.
     *
     * @return why it never comes; empty when it is there
     * @throws FetchException when another try may bring it
     */
    Optional<String> run(Wanted wanted, LongConsumer progress, Download.Pace pace) throws IOException {
        var brought = new Brought(progress);
        try {
            return fetch(wanted, brought, pace);
        } catch (FetchException e) {
            if (!e.reason().permanent() && brought.bytes() >= MUCH) {
                throw e;
            }
            boolean allRefused = e.reason().permanent() && haveAllRefused(wanted);
            if (isLastTry(wanted) || allRefused) {
                return Optional.of(e.reason() + ": " + e.getMessage());
            }
            throw e;
        } catch (AditException | DealStart.TooLateException e) {
            // The chain's node, the store, the deal's own time: nothing that another source would mend.
            throw e;
        } catch (RuntimeException e) {
            if (isLastTry(wanted)) {
                return Optional.of("the data could not be fetched: " + e.getMessage());
            }
            throw e;
        }
    }

    /** How much further one try has come. */
    static final class Brought implements LongConsumer {
        private final LongConsumer progress;
        private long first = -1;
        private long last = -1;

        Brought(LongConsumer progress) {
            this.progress = progress;
        }

        @Override
        public void accept(long present) {
            first = first < 0 ? present : first;
            last = present;
            progress.accept(present);
        }

        long bytes() {
            return last - first;
        }
    }

    private Optional<String> fetch(Wanted wanted, LongConsumer progress, Download.Pace pace) throws IOException {
        var download = download(wanted, progress, pace);
        var piece = download.run().finish(wanted.piece().size());
        if (!piece.equals(wanted.piece()) && download.wasResumed()) {
            LOG.warn(
                    "Deal {}: the data put together from several answers has a wrong CommP; once more from its start",
                    wanted.name().deal());
            download.discard();
            piece = download(wanted, progress, pace).run().finish(wanted.piece().size());
        }
        return piece.equals(wanted.piece())
                ? Optional.empty()
                : Optional.of(DealErrorCode.DEAL_WRONG_COMMP + ": PieceCID must be that of the data, given "
                        + wanted.piece().pieceCidV1() + " while the data has " + piece.pieceCidV1()
                        + "; compute CommP of the CAR that the URL serves");
    }

    private Download download(Wanted wanted, LongConsumer progress, Download.Pace pace) {
        var sources = sources(wanted);
        var next = sources.get(failedSoFar(wanted) % sources.size());
        return new Download(source, next, wanted.file(), wanted.bytes(), progress, pace);
    }

    /** Where it can be fetched, in the order in which it is tried. */
    private List<FetchSource> sources(Wanted wanted) {
        return FetchSource.parseAll(wanted.params(), addresses);
    }

    /**
     * Notes that the source which was just asked refuses for good; one that was only slow is asked again. True also where the
     * URLs are not allowed any more: there is nothing else to try then.
     */
    private boolean haveAllRefused(Wanted wanted) {
        List<FetchSource> all;
        try {
            all = sources(wanted);
        } catch (FetchException e) {
            return true;
        }
        var gone = refused.computeIfAbsent(wanted.name(), name -> ConcurrentHashMap.newKeySet());
        gone.add(all.get(failedSoFar(wanted) % all.size()));
        return gone.containsAll(all);
    }

    private int failedSoFar(Wanted wanted) {
        return failures.getOrDefault(wanted.name(), 0);
    }

    /** Counts a failure. The task's own count begins anew whenever it waits for a slot. */
    private boolean isLastTry(Wanted wanted) {
        return failures.merge(wanted.name(), 1, Integer::sum) >= ATTEMPTS;
    }

    /** Forgets the tries of a deal that needs none any more. */
    void forget(UUID deal) {
        failures.keySet().removeIf(name -> name.deal().equals(deal));
        refused.keySet().removeIf(name -> name.deal().equals(deal));
    }
}
