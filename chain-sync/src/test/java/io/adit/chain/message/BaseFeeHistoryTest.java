package io.adit.chain.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.node.PartialFullNode;
import io.adit.chain.type.TipSet;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.time.SystemTimeline;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BaseFeeHistoryTest {
    private static final BaseFeeWait MEDIAN = new BaseFeeWait(50, 20, Duration.ofHours(1));

    private final FakeChain chain = new FakeChain(Address.ofId(100));
    private int answers = Integer.MAX_VALUE;

    private final PartialFullNode node = new PartialFullNode() {
        @Override
        public TipSet chainGetTipSet(TipSetKey key) {
            if (answers-- == 0) {
                throw FakeChain.unreachable();
            }
            return chain.chainGetTipSet(key);
        }
    };

    @Test
    void percentile_whenAnEarlierReadBrokeOff_isOfAllEpochs() {
        chain.baseFee(TokenAmount.ofAtto(100));
        chain.mine(17);
        chain.baseFee(TokenAmount.ofAtto(1000));
        chain.mine(4);
        var history = new BaseFeeHistory(node, new SystemTimeline());
        answers = 3;
        assertThatThrownBy(() -> history.percentile(chain.chainHead(), MEDIAN)).hasMessageContaining("refused");

        answers = Integer.MAX_VALUE;

        assertThat(history.percentile(chain.chainHead(), MEDIAN)).isEqualTo(TokenAmount.ofAtto(100));
    }
}
