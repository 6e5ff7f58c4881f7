package io.adit.sealing.mining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.Vectors;
import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.signer.BlockSigner;
import io.adit.chain.type.BeaconEntry;
import io.adit.chain.type.Ticket;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signatures;
import io.adit.core.keys.SigningContent;
import io.adit.core.keys.SigningKind;
import io.adit.core.slash.GuardStatus;
import io.adit.core.slash.ProtectedBlock;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Against the rounds of a real lotus-miner: 127 of the 1,683 that were recorded, the first seven and every fourteenth. */
class LotteryTest {

    /** Gives the signatures that Lotus's wallet gave for these bytes, and no others. */
    private static final class RecordedWallet implements BlockSigner {
        private final Map<String, byte[]> known = new HashMap<>();
        private final Address worker;

        RecordedWallet(JsonNode round) {
            worker = Address.parse(round.get("worker").asText());
            known.put(round.get("signed").get(0).asText(), bytes(round, "ticket"));
            known.put(round.get("signed").get(1).asText(), bytes(round, "electionProof"));
        }

        @Override
        public Set<Address> addresses() {
            return Set.of(worker);
        }

        @Override
        public Signature sign(Address key, byte[] message) {
            throw new AssertionError("bare bytes");
        }

        @Override
        public Signature sign(Address key, SigningContent content) {
            assertThat(key).isEqualTo(worker);
            assertThat(content.kind()).isEqualTo(SigningKind.VRF);
            var asked = Base64.getEncoder().encodeToString(content.signedBytes());
            return new Signature(
                    SignatureType.BLS,
                    Optional.ofNullable(known.get(asked))
                            .orElseThrow(() -> new AssertionError("Lotus did not have this signed: " + asked)));
        }

        @Override
        public void resume(Address miner, Epoch now, List<ProtectedBlock> ownBlocks) {}

        @Override
        public void observe(Address miner, ProtectedBlock onChain) {}

        @Override
        public GuardStatus status(Address miner) {
            throw new UnsupportedOperationException();
        }
    }

    private static byte[] bytes(JsonNode round, String field) {
        return Base64.getDecoder().decode(round.get(field).asText());
    }

    private static MiningBaseInfo info(JsonNode round) {
        return new MiningBaseInfo(
                new BigInteger(round.get("minerPower").asText()),
                new BigInteger(round.get("networkPower").asText()),
                List.of(),
                Address.parse(round.get("worker").asText()),
                SectorSize.KIB_2,
                new BeaconEntry(1, new byte[] {1}),
                List.of(new BeaconEntry(2, new byte[] {2}), new BeaconEntry(3, bytes(round, "beacon"))),
                true);
    }

    @Test
    void recordedRounds_areDrawnAsLotusDrewThem() {
        int rounds = 0;
        for (var round : Vectors.load("mining/rounds.json")) {
            var miner = Address.parse(round.get("miner").asText());
            var epoch = new Epoch(round.get("epoch").asLong());
            var lottery = new Lottery(miner, new RecordedWallet(round));

            var ticket = lottery.ticket(info(round), epoch, new Ticket(bytes(round, "parentTicket")));
            var election = lottery.election(info(round), epoch).orElseThrow();

            assertThat(ticket.vrfProof()).isEqualTo(bytes(round, "ticket"));
            assertThat(election.winCount()).isEqualTo(round.get("winCount").asLong());
            assertThat(Lottery.quality(ticket)).isCloseTo(round.get("quality").asDouble(), within(1e-15));
            rounds++;
        }
        assertThat(rounds).isEqualTo(127);
    }

    @Test
    void recordedProofs_areSignaturesOfTheRecordedWorker() {
        var round = Vectors.load("mining/rounds.json").get(0);
        var worker = Address.parse(round.get("worker").asText());

        for (int i = 0; i < 2; i++) {
            var input = Base64.getDecoder().decode(round.get("signed").get(i).asText());
            var proof = new Signature(SignatureType.BLS, bytes(round, i == 0 ? "ticket" : "electionProof"));
            assertThat(Signatures.verify(worker, input, proof)).isTrue();
        }
    }
}
