package io.adit.chain.f3;

import io.adit.chain.actor.BeneficiaryTerm;
import io.adit.chain.node.F3ParticipationLease;
import io.adit.chain.node.MinerInfo;
import io.adit.chain.node.PartialFullNode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** A full node that leases F3 instances by the rules of Lotus's {@code chain/lf3/participation_lease.go}. */
final class LeasingNode extends PartialFullNode {
    private static final int MOST = 5;
    private static final Address WORKER = Address.ofId(101);

    private final LongSupplier instance;
    private final Map<Long, F3ParticipationLease> leases = new HashMap<>();
    final List<String> refusals = new ArrayList<>();
    String issuer;
    Optional<RpcException> failure = Optional.empty();
    boolean hasKey = true;
    boolean readsNoTicket;
    int calls;

    LeasingNode(String issuer, LongSupplier instance) {
        this.issuer = issuer;
        this.instance = instance;
    }

    /** Whether it would vote for the miner in this instance. */
    boolean votes(long miner, long at) {
        return Optional.ofNullable(leases.get(miner))
                .filter(lease -> lease.issuer().equals(issuer))
                .filter(lease -> at <= lease.fromInstance() + lease.validityTerm())
                .isPresent();
    }

    void restart() {
        leases.clear();
    }

    @Override
    public byte[] f3GetOrRenewParticipationTicket(Address miner, Optional<byte[]> previous, long instances) {
        come();
        if (instances > MOST) {
            throw refuse(8, "requested instance count too high");
        }
        if (previous.isPresent()) {
            var last = read(previous.get());
            boolean over = instance.getAsLong() > last.fromInstance() + last.validityTerm();
            if (!over && !last.issuer().equals(issuer)) {
                throw refuse(7, "issuer does not match current node");
            }
        }
        return "%s %d %d %d"
                .formatted(issuer, miner.id().orElseThrow(), instance.getAsLong(), instances)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public F3ParticipationLease f3Participate(byte[] ticket) {
        come();
        var wanted = read(ticket);
        long now = instance.getAsLong();
        long end = wanted.fromInstance() + wanted.validityTerm();
        if (now > end) {
            throw refuse(6, "ticket has expired");
        }
        if (!wanted.issuer().equals(issuer)) {
            throw refuse(7, "issuer does not match current node");
        }
        var held = leases.get(wanted.miner().value());
        if (held != null && held.fromInstance() > wanted.fromInstance()) {
            throw refuse(9, "ticket starts before existing lease");
        }
        leases.put(wanted.miner().value(), wanted);
        return new F3ParticipationLease(wanted.network(), issuer, wanted.miner(), now, end - now);
    }

    private void come() {
        calls++;
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    private F3ParticipationLease read(byte[] ticket) {
        if (readsNoTicket) {
            throw refuse(5, "ticket is not valid");
        }
        var parts = new String(ticket, StandardCharsets.UTF_8).split(" ");
        return new F3ParticipationLease(
                "2k",
                parts[0],
                new ActorId(Long.parseLong(parts[1])),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]));
    }

    private RpcException refuse(long code, String why) {
        refusals.add(code + " " + why);
        return RpcException.answered("F3", code, why);
    }

    @Override
    public MinerInfo stateMinerInfo(Address miner, TipSetKey key) {
        return new MinerInfo(
                WORKER,
                WORKER,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                RegisteredPoStProof.STACKED_DRG_WINDOW_2KIB_V1_1,
                SectorSize.KIB_2,
                2,
                Epoch.UNDEFINED,
                Optional.empty(),
                WORKER,
                new BeneficiaryTerm(TokenAmount.ZERO, TokenAmount.ZERO, new Epoch(0)),
                Optional.empty());
    }

    @Override
    public Address stateAccountKey(Address account, TipSetKey key) {
        return account;
    }

    @Override
    public boolean walletHas(Address address) {
        return hasKey;
    }
}
