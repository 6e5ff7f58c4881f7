package io.adit.devnet.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.node.F3Manifest;
import io.adit.chain.node.F3ParticipationLease;
import io.adit.chain.node.RpcException;
import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Hashes;
import io.adit.core.ipld.Multibase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leases of F3 instances by Lotus's rules ({@code chain/lf3/participation_lease.go}) and with its codes. There are no votes behind
 * them: an instance is every second epoch from epoch 40 on, which is about the pace of the recorded network.
 */
interface F3Answers extends BlockAnswers {
    long BOOTSTRAP_EPOCH = 40;
    long EPOCHS_PER_INSTANCE = 2;
    long MOST_INSTANCES = 5;
    String NETWORK = "2k";
    int TICKET_INVALID = 5;
    int ISSUER_MISMATCH = 7;
    int TOO_MANY_INSTANCES = 8;
    int STARTS_BEFORE_LEASE = 9;
    int MOST_TEXT = 128;

    /** Leases that are held, by miner; in memory, as Lotus has them. */
    final class Leases {
        private final Map<ActorId, F3ParticipationLease> held = new ConcurrentHashMap<>();

        private void take(F3ParticipationLease wanted) {
            held.compute(wanted.miner(), (miner, lease) -> {
                if (lease != null && lease.fromInstance() > wanted.fromInstance()) {
                    throw refused(STARTS_BEFORE_LEASE, "ticket starts before existing lease");
                }
                return wanted;
            });
        }
    }

    /** Whose leases are held. */
    Leases leases();

    private static RpcException refused(int code, String why) {
        return RpcException.answered("F3", code, why);
    }

    private long instance() {
        return Math.max(0, (ledger().chain().head().height() - BOOTSTRAP_EPOCH) / EPOCHS_PER_INSTANCE);
    }

    /** Looks like a peer's ID and stays the same through restarts: of the chain's own keys. */
    private String issuer() {
        var hash = Hashes.sha256(ledger().chain().keys().producer().address().bytes());
        return "12D3KooW" + Multibase.base58btc(hash);
    }

    /** The settings of a Lotus 2k network. The devnet keeps to its name and its first epoch; it runs nothing of the rest. */
    @Override
    default F3Manifest f3GetManifest() {
        try (var in = F3Answers.class.getResourceAsStream("/f3-manifest.json")) {
            var fields = (ObjectNode) new ObjectMapper().readTree(Objects.requireNonNull(in, "f3-manifest.json"));
            fields.put("NetworkName", NETWORK).put("BootstrapEpoch", BOOTSTRAP_EPOCH);
            return new F3Manifest(fields);
        } catch (IOException damaged) {
            throw new UncheckedIOException("reading the F3 manifest in this program", damaged);
        }
    }

    @Override
    default byte[] f3GetOrRenewParticipationTicket(Address miner, Optional<byte[]> previous, long instances) {
        if (instances == 0) {
            throw Answers.failed("not enough instances");
        }
        if (instances < 0 || instances > MOST_INSTANCES) {
            throw refused(TOO_MANY_INSTANCES, "requested instance count too high");
        }
        long id = miner.id().orElseThrow(() -> Answers.failed("miner address is not of ID type: " + miner));
        previous.filter(ticket -> ticket.length > 0).map(F3Answers::read).ifPresent(last -> {
            if (!isOver(last) && !last.issuer().equals(issuer())) {
                throw refused(ISSUER_MISMATCH, "issuer does not match current node");
            }
        });
        var lease = new F3ParticipationLease(NETWORK, issuer(), new ActorId(id), instance(), instances);
        return new CborWriter()
                .array(5)
                .text(lease.network())
                .text(lease.issuer())
                .uint(lease.miner().value())
                .uint(lease.fromInstance())
                .uint(lease.validityTerm())
                .toByteArray();
    }

    private boolean isOver(F3ParticipationLease lease) {
        return !lease.network().equals(NETWORK) || instance() > lease.fromInstance() + lease.validityTerm();
    }

    private static F3ParticipationLease read(byte[] ticket) {
        try {
            var reader = new CborReader(ticket);
            reader.array(5);
            var lease = new F3ParticipationLease(
                    reader.text(MOST_TEXT),
                    reader.text(MOST_TEXT),
                    new ActorId(reader.uint64()),
                    reader.uint64(),
                    reader.uint64());
            reader.end();
            return lease;
        } catch (AditException e) {
            throw refused(TICKET_INVALID, "ticket is not valid");
        }
    }

    @Override
    default F3ParticipationLease f3Participate(byte[] ticket) {
        var wanted = read(ticket);
        if (isOver(wanted)) {
            throw refused(RpcException.F3_TICKET_EXPIRED, "ticket has expired");
        }
        if (!wanted.issuer().equals(issuer())) {
            throw refused(ISSUER_MISMATCH, "issuer does not match current node");
        }
        if (wanted.validityTerm() > MOST_INSTANCES) {
            throw refused(TOO_MANY_INSTANCES, "requested instance count too high");
        }
        leases().take(wanted);
        long now = instance();
        return new F3ParticipationLease(
                wanted.network(),
                wanted.issuer(),
                wanted.miner(),
                now,
                wanted.fromInstance() + wanted.validityTerm() - now);
    }
}
