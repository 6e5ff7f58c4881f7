package io.adit.ops.daemon;

import io.adit.chain.head.HeadAge;
import io.adit.chain.head.HeadFollower;
import io.adit.chain.message.BalanceWatch;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.NetworkParams;
import io.adit.chain.signer.SignerErrorCode;
import io.adit.core.error.AditException;
import io.adit.core.keys.Signer;
import io.adit.core.time.SystemTimeline;
import io.adit.sealing.proving.Dispute;
import io.adit.sealing.proving.MarginAlarm;
import io.adit.sealing.proving.WindowPoStScheduler;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What keeps a node from proving, put on the board: the age of the head, the margin, stuck messages, disputes, the signer. */
final class NodeAlarms {
    /** Epochs in which a lost dispute is shown: two days of mainnet. */
    private static final long DISPUTE_SHOWN = 5760;

    private final NodeSettings settings;
    private final AlarmBoard board;
    private final MeterRegistry registry;
    private final InstantSource clock;

    NodeAlarms(NodeSettings settings, AlarmBoard board, MeterRegistry registry) {
        this(settings, board, registry, new SystemTimeline());
    }

    NodeAlarms(NodeSettings settings, AlarmBoard board, MeterRegistry registry, InstantSource clock) {
        this.settings = settings;
        this.board = board;
        this.registry = registry;
        this.clock = clock;
    }

    void watch(HeadFollower head, WindowPoStScheduler proving, MessageOutbox outbox, Signer signer) {
        // A development chain is held, set back and made to run as its tests want.
        var params = settings.config().chain().development()
                ? Optional.<NetworkParams>empty()
                : Optional.of(settings.facts().params());
        var age = new HeadAge(() -> head.view().head(), params, clock, registry);
        board.watchOne("head", age::problem);
        // The journal, which the clock's margins are reckoned from, is in the database.
        var byClock = board.askedBeside(() -> sentences(age.byClock()
                .filter(now -> age.isStale())
                .map(proving::alarmsByClock)
                .orElse(List.of())));
        board.watch(
                "margin",
                () -> Stream.concat(sentences(proving.alarms()).stream(), byClock.get().stream())
                        .distinct()
                        .toList());
        board.watchSlowly("messages", outbox.stuck()::list);
        board.watchSlowly("disputes", () -> disputes(head, proving.desk().disputes()));
        if (settings.config().keys().signer().isPresent()) {
            board.watchSlowly("signer", () -> signer(signer));
        }
    }

    private static List<String> sentences(List<MarginAlarm> alarms) {
        return alarms.stream().map(MarginAlarm::sentence).toList();
    }

    private static List<String> disputes(HeadFollower head, List<Dispute> lost) {
        return lost.stream()
                .filter(dispute -> head.view()
                        .head()
                        .filter(now -> now.height().minus(dispute.epoch()) > DISPUTE_SHOWN)
                        .isEmpty())
                .map(dispute ->
                        "a window proof of deadline %d was disputed at epoch %s: %d sectors became faulty, %s were lost"
                                .formatted(dispute.deadline(), dispute.epoch(), dispute.sectors(), dispute.penalty()))
                .toList();
    }

    /** The caps of a day, of the lanes and of a signer process. */
    static void watchSpending(AlarmBoard board, BalanceWatch balances, Signer signer) {
        var ofSigner = board.askedBeside(() -> nearLimits(signer));
        board.watch(
                "spending",
                () -> Stream.concat(balances.nearCaps().stream(), ofSigner.get().stream())
                        .toList());
    }

    private static List<String> nearLimits(Signer signer) {
        try {
            return signer.nearLimits();
        } catch (AditException e) {
            if (e.code() == SignerErrorCode.SIGNER_UNAVAILABLE) {
                // An alarm of its own.
                return List.of();
            }
            throw e;
        }
    }

    private static List<String> signer(Signer signer) {
        try {
            signer.addresses();
            return List.of();
        } catch (AditException e) {
            return List.of("nothing can be signed: " + e.getMessage());
        }
    }
}
