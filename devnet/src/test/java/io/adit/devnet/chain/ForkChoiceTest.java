package io.adit.devnet.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.type.BlockHeader;
import io.adit.devnet.RecordingProofs;
import io.adit.devnet.ScriptedMiner;
import io.adit.devnet.actor.Genesis;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of two chains the devnet takes. Nobody has power here, so a tipset weighs 2^8 * (1 + wins / 10). */
class ForkChoiceTest {
    private static final BigInteger BASE_FEE = BigInteger.valueOf(100);

    private final ChainSettings settings = ScriptedMiner.settings();
    private final Chain chain = Chain.simulated(settings, new RecordingProofs(), Production.BY_DEVNET);
    private final BlockMaker maker = maker();
    private final Link base = chain.extend(1, List.of(), BASE_FEE);

    private BlockMaker maker() {
        var keys = DevnetKeys.of(settings.seed()).hashing();
        return new BlockMaker(settings, new Beacon(keys.beacon()), keys.producer(), Production.BY_DEVNET);
    }

    /** A block that comes from outside. */
    private Link submit(Link below, long height, long producer, long wins) {
        var header = header(below, height, producer, wins);
        chain.accept(below, new FullBlock(header, List.of()));
        return chain.findBlock(header.cid()).orElseThrow();
    }

    private BlockHeader header(Link below, long height, long producer, long wins) {
        return maker.make(new BlockMaker.Plan(below, height, producer, wins, List.of(), BASE_FEE));
    }

    private long above(Link link) {
        return link.weight().subtract(base.weight()).longValueExact();
    }

    @Test
    void oneTipsetOfManyWins_beatsOneOfFewer_evenAfterNullRounds() {
        var few = submit(base, 2, Genesis.PRODUCER, 2);
        assertThat(chain.head()).isSameAs(few);

        var many = submit(base, 4, Genesis.FORK_PRODUCER, 5);

        assertThat(above(few)).isEqualTo(256 + 51);
        assertThat(above(many)).isEqualTo(256 + 128);
        assertThat(chain.head()).isSameAs(many);
    }

    @Test
    void twoTipsets_beatOneWhoseWinsWeighLess() {
        var longer = submit(submit(base, 2, Genesis.PRODUCER, 1), 3, Genesis.PRODUCER, 1);

        var shorter = submit(base, 3, Genesis.FORK_PRODUCER, 10);

        assertThat(above(longer)).isEqualTo(2 * (256 + 25));
        assertThat(above(shorter)).isEqualTo(256 + 256);
        assertThat(chain.head()).isSameAs(longer);

        var heaviest = submit(base, 4, Genesis.FORK_PRODUCER, 13);
        assertThat(above(heaviest)).isEqualTo(256 + 332);
        assertThat(chain.head()).isSameAs(heaviest);
    }

    @Test
    void blocksOfOneEpochAndOneBase_weighTogether() {
        submit(base, 2, Genesis.PRODUCER, 2);
        submit(base, 2, Genesis.FORK_PRODUCER, 3);

        assertThat(chain.head().blocks()).hasSize(2);
        assertThat(above(chain.head())).isEqualTo(256 + 128);
    }

    @Test
    void equalWeights_goToTheSmallerTicket_whicheverCameFirst() {
        var left = header(base, 2, Genesis.PRODUCER, 3);
        var right = header(base, 3, Genesis.FORK_PRODUCER, 3);
        var smaller = left.ticket().orElseThrow().compareTo(right.ticket().orElseThrow()) < 0 ? left : right;

        for (var order : List.of(List.of(left, right), List.of(right, left))) {
            var fresh = new ForkChoiceTest();
            for (var header : order) {
                var below = fresh.chain.find(fresh.base.tipSet().key()).orElseThrow();
                fresh.chain.accept(below, new FullBlock(header, List.of()));
            }

            assertThat(fresh.chain.head().weight())
                    .isEqualTo(fresh.base.weight().add(BigInteger.valueOf(256 + 76)));
            assertThat(fresh.chain.head().blocks().getFirst().header()).isEqualTo(smaller);
        }
    }
}
