package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.time.SystemTimeline;
import io.adit.devnet.chain.Production;
import io.adit.proofs.Proofs;
import io.adit.proofs.ProofsTestKit;
import io.adit.proofs.SealedSectorFixture;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A really sealed sector wins a block: the library makes the proof and the chain verifies it by the library. */
class RealWinningPoStTest {
    private final SealedSectorFixture fixture = SealedSectorFixture.get();
    private final Proofs proofs = ProofsTestKit.proofs();

    private byte[] prove(ActorId miner, Randomness challenge) {
        var winning = RegisteredPoStProof.winning(fixture.proofType().sectorSize());
        return proofs.winningPoSt(winning, miner, challenge, List.of(fixture.privateReplica()))
                .getFirst()
                .proof();
    }

    @Test
    void aBlockWithARealWinningProofIsTaken_andOneOfAnotherEpochIsNot() {
        try (var devnet = Devnet.simulated(
                ScriptedMiner.settings(),
                RecordingProofs.withRealWinningProofs(proofs),
                Production.BY_MINERS,
                new SystemTimeline())) {
            var node = devnet.node();
            var provider = new Provider(devnet, node);
            provider.createMiner();
            provider.preCommit(1, fixture.commitments().commR());
            provider.prove(1);
            provider.submitWindow(provider.awaitDeadline(1));
            while (node.chainHead().height().value() == devnet.epoch()) {
                devnet.advance(1);
            }
            var miner = new ScriptedMiner(node, provider.miner(), provider.worker());
            var id = new ActorId(provider.miner().id().orElseThrow());
            var otherEpochs = prove(id, Randomness.of(new byte[32]));
            var won = miner.template(node.chainHead(), devnet.epoch(), (info, challenge) -> otherEpochs);
            while (won.isEmpty()) {
                devnet.advance(1);
                won = miner.template(node.chainHead(), devnet.epoch(), (info, challenge) -> otherEpochs);
            }

            var wrong = miner.signed(node.minerCreateBlock(won.get()));
            assertThatThrownBy(() -> node.syncSubmitBlock(wrong)).hasMessageContaining("winning post was invalid");
            var right = miner.mine(node.chainHead(), devnet.epoch(), (info, challenge) -> prove(id, challenge))
                    .orElseThrow();
            node.syncSubmitBlock(right);

            assertThat(node.chainHead().key().cids())
                    .containsExactly(right.header().cid());
        }
    }
}
