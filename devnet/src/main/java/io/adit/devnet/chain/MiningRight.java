package io.adit.devnet.chain;

import io.adit.chain.type.BeaconEntry;
import io.adit.chain.type.ChainRandomness;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.ipld.CborWriter;
import io.adit.devnet.actor.ActorEntry;
import io.adit.devnet.actor.ActorType;
import io.adit.devnet.actor.MinerState;
import io.adit.devnet.actor.Partition;
import io.adit.devnet.actor.Power;
import io.adit.devnet.actor.PowerState;
import io.adit.devnet.actor.Sector;
import io.adit.devnet.actor.StateTree;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a miner's right to make a block on a base at an epoch rests on: its power, sectors and worker key in the lookback
 * state, its standing in the base state, and the beacon (Lotus {@code stmgr.MinerGetBaseInfo}, {@code MinerEligibleToMine},
 * {@code GetSectorsForWinningPoSt}, {@code GetLookbackTipSetForRound}).
 */
public final class MiningRight {
    private static final long MAX_SECTORS = 1_000_000;

    private final Chain chain;
    private final Link base;
    private final long epoch;
    private final Link lookback;

    MiningRight(Chain chain, Link base, long epoch) {
        this.chain = chain;
        this.base = base;
        this.epoch = epoch;
        long round = Math.max(0, epoch - chain.settings().policy().winningPoStLookback());
        this.lookback = round >= base.height() ? base : base.ancestorAt(round);
    }

    /** The state in which power, sectors and worker key are looked up. */
    public StateTree lookbackState() {
        return lookback.after();
    }

    /** The newest beacon entry at or before the base. */
    public BeaconEntry previousEntry() {
        return chain.beacon().entry(base.height());
    }

    /** The entries that the block must carry: of its own epoch and of the null rounds before it. */
    public List<BeaconEntry> entries() {
        var entries = new ArrayList<BeaconEntry>();
        for (long round = base.height() + 1; round <= epoch; round++) {
            entries.add(chain.beacon().entry(round));
        }
        return entries;
    }

    /** The draw for the WinningPoSt challenge. */
    public Randomness postRandomness(long miner) {
        return draw(DomainSeparationTag.WINNING_POST_CHALLENGE_SEED, epoch, cbor(miner));
    }

    /** What the worker key signs for the election. */
    public Randomness electionInput(long miner) {
        return draw(DomainSeparationTag.ELECTION_PROOF_PRODUCTION, epoch, cbor(miner));
    }

    /** What the worker key signs for the ticket. */
    public Randomness ticketInput(long miner) {
        var entropy = new ByteArrayOutputStream();
        entropy.writeBytes(cbor(miner));
        entropy.writeBytes(base.tipSet().minTicketBlock().ticket().orElseThrow().vrfProof());
        return draw(DomainSeparationTag.TICKET_PRODUCTION, epoch - 1, entropy.toByteArray());
    }

    private Randomness draw(DomainSeparationTag tag, long at, byte[] entropy) {
        return ChainRandomness.draw(chain.beacon().entry(epoch).signature(), tag, new Epoch(at), entropy);
    }

    private static byte[] cbor(long miner) {
        return new CborWriter().bytes(Address.ofId(miner).bytes()).toByteArray();
    }

    /** The miner in the lookback state; empty when it was not there yet. */
    public Optional<MinerState> miner(long id) {
        return miner(lookbackState(), id);
    }

    private static Optional<MinerState> miner(StateTree state, long id) {
        return state.find(id).filter(entry -> entry.type() == ActorType.MINER).map(entry -> (MinerState) entry.state());
    }

    /** The worker's key address; empty when the miner was not there yet. */
    public Optional<Address> worker(long id) {
        return miner(id).flatMap(miner -> lookbackState().find(miner.worker())).flatMap(ActorEntry::robust);
    }

    public Power power(long id) {
        return lookbackState().read(StateTree.POWER, PowerState.class).claim(id);
    }

    public Power networkPower() {
        return lookbackState().read(StateTree.POWER, PowerState.class).total();
    }

    /** Sectors of the miner that the epoch's WinningPoSt is about, ascending; none where it has no proven sector. */
    public List<Sector> challenged(long id) {
        var miner = miner(id);
        if (miner.isEmpty()) {
            return List.of();
        }
        var active = active(miner.get());
        if (active.length == 0) {
            return List.of();
        }
        var proof = RegisteredPoStProof.winning(miner.get().windowProof().sectorSize());
        return chain.proofs().winningPoStChallenge(proof, postRandomness(id), new ActorId(id), active.length).stream()
                .map(index -> active[Math.toIntExact(index)])
                .distinct()
                .sorted()
                .map(number -> miner.get().sectors().get(number))
                .toList();
    }

    /** Whether the miner had a proven sector at the lookback. */
    public boolean hasSectors(long id) {
        return miner(id).filter(miner -> active(miner).length > 0).isPresent();
    }

    private static long[] active(MinerState miner) {
        return miner.deadlines().stream()
                .flatMap(deadline -> deadline.partitions().stream())
                .map(Partition::active)
                .reduce(BitField.EMPTY, BitField::union)
                .stream(MAX_SECTORS)
                .toArray();
    }

    /** Whether the miner may make blocks: enough power at the lookback, power and no debt at the base. */
    public boolean isEligible(long id) {
        var then = lookback.before().read(StateTree.POWER, PowerState.class);
        var now = base.before();
        long minimum = chain.settings().policy().consensusMinerMinPower();
        return then.hasClaim(id)
                && then.meetsConsensusMinimum(id, minimum)
                && now.read(StateTree.POWER, PowerState.class)
                                .claim(id)
                                .qualityAdjusted()
                                .signum()
                        > 0
                && miner(now, id).filter(state -> state.feeDebt().signum() == 0).isPresent();
    }

    /** Whether the base state knows a claim of the miner. */
    public boolean isKnownAtBase(long id) {
        return base.before().read(StateTree.POWER, PowerState.class).hasClaim(id);
    }

    public Link base() {
        return base;
    }
}
