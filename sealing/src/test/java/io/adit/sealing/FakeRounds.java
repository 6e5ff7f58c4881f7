package io.adit.sealing;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The blocks and the randomness of the scripted chain. */
final class FakeRounds {
    private final Address miner;
    private Function<Epoch, Randomness> ticket = epoch -> random("ticket", epoch);
    private Function<Epoch, Randomness> seed = epoch -> random("seed", epoch);
    private Function<Epoch, Randomness> challenge = epoch -> random("challenge", epoch);

    FakeRounds(Address miner) {
        this.miner = miner;
    }

    void forkChallenges() {
        challenge = epoch -> random("other challenge", epoch);
    }

    void ticket(Randomness value) {
        ticket = epoch -> value;
    }

    void seed(Randomness value) {
        seed = epoch -> value;
    }

    Randomness fromTickets(long domainTag, Epoch epoch) {
        return domainTag == 5 ? ticket.apply(epoch) : random("tag " + domainTag, epoch);
    }

    Randomness fromBeacon(long domainTag, Epoch epoch) {
        return domainTag == 6 ? seed.apply(epoch) : challenge.apply(epoch);
    }

    /** One block; blocks of different forks differ in their tickets. */
    TipSet tipSet(List<Cid> parents, Epoch height, int fork) {
        Cid none = Cid.dagCbor(new byte[] {(byte) 0x80});
        return TipSet.of(List.of(new BlockHeader(
                miner,
                Optional.of(new Ticket(new byte[] {(byte) fork})),
                Optional.empty(),
                List.of(),
                List.of(),
                parents,
                BigInteger.valueOf(height.value()),
                height,
                none,
                none,
                none,
                Optional.empty(),
                0,
                Optional.empty(),
                0,
                TokenAmount.ofAtto(100))));
    }

    private static Randomness random(String what, Epoch epoch) {
        byte[] hash = Hashes.blake2b256(ByteBuffer.allocate(64)
                .put(what.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .putLong(epoch.value())
                .array());
        return Randomness.of(hash);
    }
}
