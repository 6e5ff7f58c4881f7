package io.adit.market.deal;

import io.adit.chain.type.CborRecord;
import io.adit.core.error.AditException;
import io.adit.core.error.CoreErrorCode;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.time.Timeline;
import io.adit.libp2p.HostBuilder;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.PeerId;
import io.adit.market.deal.wire.AskRequest;
import io.adit.market.deal.wire.AskResponse;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.DealResponse;
import io.adit.market.deal.wire.DealStatusRequest;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.policy.ProposalVerdict;
import io.adit.market.policy.ProposalVerdict.Accepted;
import io.adit.market.policy.ProposalVerdict.Rejected;
import io.adit.market.policy.RejectionCode;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The deal protocols as Boost's clients speak them: one CBOR item each way, unframed. A client does not half-close, so
 * reading stops at the item's end; waiting for the end of the stream would wait for ever.
 */
public final class DealProtocols {
    public static final String PROPOSE_1_2_0 = "/fil/storage/mk/1.2.0";
    public static final String PROPOSE_1_2_1 = "/fil/storage/mk/1.2.1";
    public static final String STATUS = "/fil/storage/status/1.2.0";
    public static final String ASK = "/fil/storage/ask/1.1.0";
    public static final String TRANSPORTS = "/fil/retrieval/transports/1.0.0";

    /** The longest proposal that is read. */
    public static final int MAX_PROPOSAL = 1 << 20;

    private static final int MAX_DRAINED = 4 * MAX_PROPOSAL;
    private static final int DRAIN_AT_ONCE = 16 << 10;
    private static final int MAX_QUESTION = 4 << 10;
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    /**
     * What is read before a place is asked for. With the buffer 8 KiB for a stream, and the host admits one for each 128 KiB of the
     * heap: at most a sixteenth of it.
     */
    private static final int SHORT = 4 << 10;
    /** Proposals longer than that, read and decided at one time: with the longest this bounds their memory. */
    private static final int LONG_AT_ONCE = 64;
    /** Those who read decide how long they hold a place. */
    private static final int LONG_OF_A_PEER = 4;
    /** Proposals that are decided at one time. */
    private static final int MAX_EXCHANGES = 64;
    /** Shorter than clients wait for an answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final DealDesk desk;
    private final AskBook asks;
    private final Address miner;
    private final Supplier<RetrievalTransports> transports;
    private final Exchanges longReads;
    private final Exchanges exchanges;

    DealProtocols(
            DealDesk desk, AskBook asks, Address miner, Supplier<RetrievalTransports> transports, Timeline timeline) {
        this.desk = desk;
        this.asks = asks;
        this.miner = miner;
        this.transports = transports;
        this.longReads = new Exchanges(LONG_AT_ONCE, LONG_OF_A_PEER, PATIENCE, timeline);
        this.exchanges = new Exchanges(MAX_EXCHANGES, MAX_EXCHANGES, PATIENCE, timeline);
    }

    HostBuilder register(HostBuilder host) {
        return host.protocol(PROPOSE_1_2_1, this::propose)
                .protocol(PROPOSE_1_2_0, this::propose)
                .protocol(STATUS, stream -> answer(stream, desk.status(DealStatusRequest.fromCbor(question(stream)))))
                .protocol(ASK, stream -> answer(stream, ask(AskRequest.fromCbor(question(stream)))))
                .protocol(TRANSPORTS, stream -> answer(stream, transports.get()));
    }

    private void propose(Stream stream) throws IOException {
        var verdict = decide(stream);
        answer(stream, response(verdict));
        if (verdict instanceof Rejected rejected && mayBeUnread(rejected.code())) {
            drain(stream);
        }
    }

    private static boolean mayBeUnread(RejectionCode code) {
        return code == RejectionCode.MALFORMED_PROPOSAL || code == RejectionCode.NOT_READY;
    }

    /** A client that is still writing reads the answer only when it is done. */
    private static void drain(Stream stream) {
        try {
            var sink = new byte[DRAIN_AT_ONCE];
            int drained = 0;
            for (int n = 0; n >= 0 && drained < MAX_DRAINED; drained += n) {
                n = stream.read(sink, 0, sink.length);
            }
        } catch (IOException e) {
            // It has the answer, or does not want it.
        }
    }

    private ProposalVerdict decide(Stream stream) throws IOException {
        try (var reads = new LongReads(stream, longReads, SHORT, DEADLINE)) {
            DealParams params;
            try {
                params = DealParams.fromCbor(
                        CborReader.readOneItem(new BufferedInputStream(reads, SHORT), MAX_PROPOSAL));
            } catch (EOFException e) {
                return malformed("the stream ended before the item did");
            } catch (LongReads.NoPlaceException e) {
                return busy();
            } catch (AditException e) {
                // Only the encoding is the client's fault; anything else resets the stream and is logged.
                if (e.code() instanceof CoreErrorCode) {
                    return malformed(String.valueOf(e.getMessage()));
                }
                throw e;
            }
            return decide(params, stream.remotePeer());
        }
    }

    private ProposalVerdict decide(DealParams params, PeerId peer) {
        if (!exchanges.enter(peer)) {
            return busy();
        }
        try {
            return desk.propose(params);
        } finally {
            exchanges.leave(peer);
        }
    }

    private AskResponse ask(AskRequest request) {
        return new AskResponse(request.miner().equals(miner) ? Optional.of(asks.current()) : Optional.empty());
    }

    private static byte[] question(Stream stream) throws IOException {
        return readItem(stream, MAX_QUESTION);
    }

    private static byte[] readItem(Stream stream, int most) throws IOException {
        stream.setReadDeadline(DEADLINE);
        return CborReader.readOneItem(new BufferedInputStream(stream.input()), most);
    }

    private static void answer(Stream stream, CborRecord message) throws IOException {
        var bytes = message.toCbor();
        stream.setWriteDeadline(DEADLINE);
        stream.write(bytes, 0, bytes.length);
        stream.closeWrite();
    }

    private static DealResponse response(ProposalVerdict verdict) {
        return switch (verdict) {
            case Accepted accepted -> new DealResponse(true, "");
            case Rejected rejected -> new DealResponse(false, rejected.message());
        };
    }

    private static Rejected malformed(String given) {
        return Rejected.of(
                RejectionCode.MALFORMED_PROPOSAL,
                "one CBOR map of at most " + MAX_PROPOSAL + " bytes",
                "something else (" + given + ")");
    }

    private static Rejected busy() {
        return Rejected.of(
                RejectionCode.NOT_READY,
                "one of " + MAX_EXCHANGES + " proposals that are decided at a time",
                "one more");
    }
}
