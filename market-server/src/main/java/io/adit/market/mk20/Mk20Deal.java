package io.adit.market.mk20;

import io.adit.core.fil.Address;
import io.adit.core.fil.PieceCid;
import io.adit.core.fil.PieceInfo;
import io.adit.core.state.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A deal of the HTTP market as far as this provider takes any: data that is onboarded directly, with its retrieval.
 *
 * @param client who proposes; a key address
 */
public record Mk20Deal(Ulid id, Address client, DataSource data, Ddo ddo, Retrieval retrieval) {

    /**
     * A piece and how it comes.
     *
     * @param pieceCid of version 2: both its sizes are known
     */
    public record DataSource(PieceCid pieceCid, Format format, Source source) {
        public PieceInfo piece() {
            return new PieceInfo(pieceCid.commP(), pieceCid.size().orElseThrow());
        }

        /** Bytes of payload. */
        public long rawSize() {
            return pieceCid.rawSize().orElseThrow();
        }

        /** What an aggregate holds, in its index's order; empty for other formats. */
        public List<SubPiece> subPieces() {
            return switch (source) {
                case Aggregated made ->
                    made.pieces().stream()
                            .map(part -> new SubPiece(part.pieceCid(), part.format() instanceof Car))
                            .toList();
                default -> format instanceof Aggregate whole ? whole.subPieces() : List.of();
            };
        }
    }

    /** What the payload is. */
    public sealed interface Format permits Car, Raw, Aggregate {}

    /** A CAR, whose blocks can be found. */
    public record Car() implements Format {}

    /** Bytes. */
    public record Raw() implements Format {}

    /** Pieces with an index of them (FRC-0058). */
    public record Aggregate(List<SubPiece> subPieces) implements Format {
        public Aggregate {
            subPieces = List.copyOf(subPieces);
        }
    }

    /** A piece in an aggregate. */
    public record SubPiece(PieceCid pieceCid, boolean car) {}

    /** How the data comes. */
    public sealed interface Source permits Http, Offline, Put, Aggregated {}

    /** The provider fetches it; the URLs in the order in which they are tried. */
    public record Http(List<Url> urls) implements Source {
        public Http {
            urls = List.copyOf(urls);
        }
    }

    /** The operator brings it. */
    public record Offline() implements Source {}

    /** The client uploads it. */
    public record Put() implements Source {}

    /** The provider makes the aggregate out of pieces that are fetched or brought. */
    public record Aggregated(List<DataSource> pieces) implements Source {
        public Aggregated {
            pieces = List.copyOf(pieces);
        }
    }

    /**
     * Where data can be fetched.
     *
     * @param priority the lower, the earlier
     * @param fallback whether it is tried after all that are none
     */
    public record Url(String url, Map<String, List<String>> headers, int priority, boolean fallback) {
        public Url {
            headers = Map.copyOf(headers);
        }
    }

    /**
     * Direct data onboarding (FIP-0076).
     *
     * @param start the epoch by which the data must be in a proven sector; empty leaves it to the provider
     * @param duration epochs
     * @param notification who is told by the chain that the piece is in a sector
     */
    public record Ddo(Address provider, OptionalLong start, long duration, Optional<Notification> notification) {}

    /** Another actor on the chain, and what it is told beside the piece. */
    public record Notification(Address address, Bytes payload) {}

    /**
     * How the data can be retrieved.
     *
     * @param indexing whether the blocks of a CAR are to be found by their CIDs
     * @param announcePayload whether they are announced to public indexes
     */
    public record Retrieval(boolean indexing, boolean announcePayload) {}
}
