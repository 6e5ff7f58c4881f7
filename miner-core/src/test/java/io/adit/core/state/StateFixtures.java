package io.adit.core.state;

import io.adit.core.fil.Address;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;

/** Records with every field filled, from a seed. */
public final class StateFixtures {
    /** A time with nanoseconds, to show that none are lost. */
    public static final Instant NOW = Instant.parse("2026-11-22T18:00:00.123456789Z");

    private StateFixtures() {}

    /** A commitment that a field element can be. */
    public static Commitment commitment(SplittableRandom random) {
        byte[] bytes = bytes(random, 32);
        bytes[31] &= 0x3f;
        return Commitment.of(bytes);
    }

    /** Random bytes. */
    public static byte[] bytes(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A CID of random content. */
    public static Cid cid(SplittableRandom random) {
        return Cid.dagCbor(bytes(random, 20));
    }

    /** A proven sector with two pieces and padding. */
    public static SectorRecord provenSector(long number, SplittableRandom random) {
        return new SectorRecord(
                new SectorNumber(number),
                RegisteredSealProof.fromNumber(6),
                SectorState.Proving,
                List.of(
                        new SectorPiece(
                                new PieceInfo(commitment(random), new PaddedSize(1 << 20)),
                                Optional.of(new UUID(random.nextLong(), random.nextLong()))),
                        new SectorPiece(new PieceInfo(commitment(random), new PaddedSize(1 << 20)), Optional.empty()),
                        new SectorPiece(
                                new PieceInfo(commitment(random), new PaddedSize(2 << 20)),
                                Optional.of(new UUID(random.nextLong(), random.nextLong())))),
                Optional.of(new SectorTicket(Randomness.of(bytes(random, 32)), new Epoch(100))),
                Optional.of(commitment(random)),
                Optional.of(commitment(random)),
                Optional.of(cid(random)),
                Optional.of(new Epoch(110)),
                Optional.of(new SectorSeed(Randomness.of(bytes(random, 32)), new Epoch(160))),
                Optional.of(new Bytes(bytes(random, 192))),
                Optional.of(cid(random)),
                Optional.of(new Epoch(170)),
                Optional.of(new Epoch(1_000_000)),
                Optional.of("a past error"),
                NOW,
                NOW.plusSeconds(5),
                0);
    }

    /** A published deal. */
    public static DealRecord deal(SplittableRandom random) {
        return new DealRecord(
                new UUID(random.nextLong(), random.nextLong()),
                DealProtocol.MK12,
                cid(random),
                new Bytes(bytes(random, 300)),
                new PieceInfo(commitment(random), new PaddedSize(1 << 20)),
                Address.actor(bytes(random, 20)),
                new Epoch(1000),
                new Epoch(600_000),
                TokenAmount.ofAtto("123456789012345678901234567890"),
                cid(random),
                false,
                "http",
                new Bytes("{\"url\":\"http://127.0.0.1/mars.car\"}".getBytes(StandardCharsets.UTF_8)),
                700_000,
                true,
                false,
                DealCheckpoint.Published,
                700_000,
                Optional.of(cid(random)),
                OptionalLong.of(random.nextLong(1, Long.MAX_VALUE)),
                Optional.of(new SectorNumber(7)),
                Optional.empty(),
                NOW,
                NOW,
                0);
    }

    /** A piece on disk. */
    public static PieceRecord piece(SplittableRandom random) {
        return new PieceRecord(
                commitment(random),
                new PaddedSize(1 << 20),
                700_000,
                Optional.of(cid(random)),
                Optional.of(Path.of("/data/pieces/one.car")),
                true,
                NOW,
                NOW,
                0);
    }

    /** A message that is wanted. */
    public static MessageRecord intent(String key, Address from, SplittableRandom random) {
        return MessageRecord.intent(
                key,
                from,
                Address.ofId(1000),
                TokenAmount.ofFil("1.5"),
                28,
                new Bytes(bytes(random, 60)),
                TokenAmount.ofFil("0.05"),
                3,
                NOW);
    }
}
