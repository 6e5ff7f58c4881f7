package io.adit.sealing.proving;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.node.FullNode;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.SectorNumber;
import io.adit.core.state.StateStore;
import io.adit.proofs.PrivateReplica;
import io.adit.sealing.FakeChain.FakePartition;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What scheduling, faults and recoveries ask of the node, the store and the disks, in two proving periods of six deadlines, with
 * a partition in each and a faulty sector in one. One more call for each sector, even in one of all heads, is too many.
 */
class SchedulingScaleTest extends SimulatedTimeCase {
    private static final int DEADLINES = 6;
    private static final long PERIOD = 60;
    private static final long PERIODS = 2;

    /** Before the next window opens. */
    private static final long HEADS = PERIODS * PERIOD - 1;

    /** For each head: the deadline twice (proofs and faults), the partitions, challenges, messages under way, disputes. Seen: 14.4. */
    private static final int NODE_CALLS = 15;

    /** For each head: the journal and the messages. Seen: 4.8. */
    private static final int STORE_CALLS = 6;

    /** In two periods each sector is read for two proofs, and looked at ahead of them while others are open. Seen: 6.2. */
    private static final int QUESTIONS = 7;

    private final Map<String, Integer> nodeCalls = new TreeMap<>();
    private final Map<String, Integer> storeCalls = new TreeMap<>();
    private int looks;
    private int sectorsAsked;

    private final class Disks implements ProvableSectors {
        @Override
        public SectorLook look(Collection<SectorNumber> sectors, Supplier<Duration> left) {
            looks++;
            sectorsAsked += sectors.size();
            return new SectorLook(Map.of(), Set.of());
        }

        @Override
        public PrivateReplica replica(SectorNumber sector, Commitment commR) {
            return new PrivateReplica(sector, commR, Path.of("cache"), Path.of("sealed"));
        }
    }

    private static <T> T counted(Class<T> type, T real, Map<String, Integer> calls) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    calls.merge(method.getName(), 1, Integer::sum);
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 2000})
    void nodeAndStoreAreAskedTheSame_howeverManySectorsThereAre(int sectors) {
        for (long number = 3; number <= sectors; number++) {
            addSectorOnChain(number, number % DEADLINES);
        }
        long down = DEADLINES + 1;
        var partition = chain.partition(down % DEADLINES);
        chain.partition(down % DEADLINES, new FakePartition(partition.live(), BitField.of(down), BitField.EMPTY));
        scheduler = scheduler(
                settings(),
                counted(StateStore.class, store, storeCalls),
                counted(FullNode.class, chain, nodeCalls),
                proofs,
                new Disks());
        scheduler.start();

        playTo(HEADS);

        assertThat(chain.proofs()).hasSize((int) PERIODS * DEADLINES);
        assertThat(chain.partition(down % DEADLINES).faulty().isEmpty()).isTrue();
        assertThat(sum(nodeCalls)).isLessThan(HEADS * NODE_CALLS);
        assertThat(sum(storeCalls)).isLessThan(HEADS * STORE_CALLS);
        assertThat(looks).as("a few for each partition of each window").isLessThan(50);
        assertThat(sectorsAsked).isLessThan(QUESTIONS * sectors);
    }

    private static long sum(Map<String, Integer> calls) {
        return calls.values().stream().mapToLong(Integer::longValue).sum();
    }
}
