package io.adit.proofs;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Commitment;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.Cid;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Proofs that lotus-miner made and Lotus's actors accepted verify here, and only with their own inputs. */
class RecordedProofsTest {
    private final Proofs proofs = ProofsTestKit.proofs();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvFileSource(resources = "/vectors/recorded-seal-proofs.csv", useHeadersInDisplayName = true)
    void sealProof_ofLotus_verifies(
            long number, String sealedCid, String unsealedCid, String ticket, String seed, String proof) {
        var sector = new SectorId(SealedSectorFixture.MINER, new SectorNumber(number));
        var commR = Commitment.fromCid(Cid.parse(sealedCid));
        var commD = unsealedCid == null ? committedCapacity() : Commitment.fromCid(Cid.parse(unsealedCid));
        assertThat(proofs.verifySeal(verification(sector, commR, commD, ticket, seed, proof)))
                .isTrue();
        assertThat(proofs.verifySeal(verification(sector, commR, commD, seed, ticket, proof)))
                .isFalse();
        var other = new SectorId(SealedSectorFixture.MINER, new SectorNumber(number + 1));
        assertThat(proofs.verifySeal(verification(other, commR, commD, ticket, seed, proof)))
                .isFalse();
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/vectors/recorded-window-proofs.csv", useHeadersInDisplayName = true)
    void windowPoSt_ofLotus_verifies(String challenge, String sectors, String proof) {
        var replicas = Arrays.stream(sectors.split(" "))
                .map(RecordedProofsTest::replica)
                .toList();
        var made = List.of(new PoStProof(
                RegisteredPoStProof.window(SectorSize.KIB_2), HexFormat.of().parseHex(proof)));
        assertThat(proofs.verifyWindowPoSt(Randomness.fromHex(challenge), made, replicas, SealedSectorFixture.MINER))
                .isTrue();
        var shifted = replicas.stream()
                .map(replica ->
                        new PublicReplica(new SectorNumber(replica.number().value() + 7), replica.commR()))
                .toList();
        assertThat(proofs.verifyWindowPoSt(Randomness.fromHex(challenge), made, shifted, SealedSectorFixture.MINER))
                .isFalse();
    }

    private static PublicReplica replica(String text) {
        var parts = text.split(":");
        return new PublicReplica(new SectorNumber(Long.parseLong(parts[0])), Commitment.fromCid(Cid.parse(parts[1])));
    }

    private Commitment committedCapacity() {
        var whole = SectorSize.KIB_2.padded();
        PieceInfo zeroes = proofs.addPiece(
                SealedSectorFixture.PROOF_TYPE,
                Optional.empty(),
                whole.unpadded(),
                directory.resolve("zeroes"),
                List.of());
        return proofs.commD(SealedSectorFixture.PROOF_TYPE, List.of(zeroes));
    }

    private static SealVerification verification(
            SectorId sector, Commitment commR, Commitment commD, String ticket, String seed, String proof) {
        return new SealVerification(
                SealedSectorFixture.PROOF_TYPE,
                sector,
                commR,
                commD,
                Randomness.fromHex(ticket),
                Randomness.fromHex(seed),
                HexFormat.of().parseHex(proof));
    }
}
