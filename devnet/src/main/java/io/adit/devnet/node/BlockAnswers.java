package io.adit.devnet.node;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockApi;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.F3ParticipationLease;
import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import java.util.Optional;

/** The devnet makes its blocks itself: providers' blocks and F3 votes are refused with a reason. */
interface BlockAnswers extends BlockApi, Answers {
    private static RuntimeException refused(String what) {
        return Answers.failed(what + ": this devnet makes its blocks itself");
    }

    @Override
    default Optional<MiningBaseInfo> minerGetBaseInfo(Address miner, Epoch epoch, TipSetKey base) {
        Answers.miner(state(base), miner);
        return Optional.empty();
    }

    @Override
    default Block minerCreateBlock(BlockTemplate template) {
        throw refused("creating block");
    }

    @Override
    default void syncSubmitBlock(Block block) {
        throw refused("submitting block");
    }

    @Override
    default byte[] f3GetOrRenewParticipationTicket(Address miner, Optional<byte[]> previous, long instances) {
        throw refused("F3 is not running");
    }

    @Override
    default F3ParticipationLease f3Participate(byte[] ticket) {
        throw refused("F3 is not running");
    }
}
