package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.time.SystemTimeline;
import io.adit.devnet.chain.Production;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A chain of one provider that makes all blocks and proves its sector, for 500 epochs with null rounds and forks. */
class OnlyProducerTest {
    private static final int EPOCHS = 500;
    private static final int MOST_FORKED = 12;

    private final Devnet devnet = Devnet.simulated(
            ScriptedMiner.settings(), new RecordingProofs(), Production.BY_MINERS, new SystemTimeline());
    private final FullNode node = devnet.node();
    private final Provider provider = new Provider(devnet, node);
    private final Random random = new Random(4);
    private long postedAt = -1;

    @Test
    void theChainGoesOn_whenTheOnlyProducerMeetsNullRoundsAndForks() {
        provider.createMiner();
        provider.preCommit(1);
        provider.prove(1);
        provider.submitWindow(provider.awaitDeadline(1));
        while (node.chainHead().height().value() == devnet.epoch()) {
            devnet.advance(1);
        }
        var miner = new ScriptedMiner(node, provider.miner(), provider.worker());
        long begin = devnet.epoch();
        int forks = 0;
        int lost = 0;
        while (devnet.epoch() < begin + EPOCHS) {
            if (random.nextInt(25) == 0) {
                int rounds = 1 + random.nextInt(4);
                devnet.ledger().skip(rounds);
                lost += rounds;
            }
            if (random.nextInt(40) == 0) {
                devnet.reorg(1 + random.nextInt(MOST_FORKED));
                forks++;
            }
            devnet.advance(1);
            proveWhenDue();
            miner.mine(devnet.epoch()).ifPresent(node::syncSubmitBlock);
        }

        var chain = blocksSince(begin);
        assertThat(forks).isGreaterThan(5);
        assertThat(lost).isGreaterThan(20);
        assertThat(node.chainHead().height().value()).isGreaterThan(begin + EPOCHS - 10);
        assertThat(chain.own()).isGreaterThan(EPOCHS * 3 / 5);
        assertThat(chain.own() + chain.others()).isLessThan(EPOCHS);
        assertThat(devnet.ledger().consensusFaults()).isEmpty();
        assertThat(node.stateMinerFaults(provider.miner(), TipSetKey.EMPTY).isEmpty())
                .isTrue();
        assertThat(node.stateMinerPower(provider.miner(), TipSetKey.EMPTY).hasMinPower())
                .isTrue();
        devnet.close();
    }

    /** Pushes a window proof in each of the sector's windows, and again when a fork may have taken it back. */
    private void proveWhenDue() {
        var now = node.stateMinerProvingDeadline(provider.miner(), TipSetKey.EMPTY);
        var at = node.stateSectorPartition(provider.miner(), new SectorNumber(1), TipSetKey.EMPTY);
        boolean again = devnet.epoch() - postedAt > 3
                && node.mpoolPending(TipSetKey.EMPTY).isEmpty();
        if (now.index() == at.deadline() && again) {
            postedAt = devnet.epoch();
            var proof = provider.windowProof(at.deadline(), RecordingProofs.validProof());
            provider.pushBlind(provider.miner(), TokenAmount.ZERO, 5, proof.toCbor());
        }
    }

    private record Made(int own, int others) {}

    private Made blocksSince(long epoch) {
        int own = 0;
        int others = 0;
        TipSet at = node.chainHead();
        while (at.height().compareTo(new Epoch(epoch)) > 0) {
            BlockHeader block = at.minTicketBlock();
            if (block.miner().equals(provider.miner())) {
                own++;
            } else {
                others++;
            }
            at = node.chainGetTipSet(at.parents());
        }
        return new Made(own, others);
    }
}
