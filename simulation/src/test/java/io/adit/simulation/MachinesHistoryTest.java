package io.adit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.chain.signer.BlockSigner;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signer;
import io.adit.core.keys.SigningContent;
import io.adit.core.slash.GuardStatus;
import io.adit.core.slash.ProtectedBlock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** That histories of several machines would show a miner who signs too much, or nothing; {@link SimulationTest} plays them. */
class MachinesHistoryTest {
    @Test
    void whoSignsPastTheGuard_commitsFaults() throws Exception {
        assertThat(violations((keys, guarded) -> new Unguarded(keys, guarded, false)))
                .contains("(parent grinding)");
    }

    @Test
    void whoDoesNotSign_isNoticed() throws Exception {
        assertThat(violations((keys, guarded) -> new Unguarded(keys, guarded, true)))
                .contains("no machine makes blocks since epoch 0");
    }

    @Test
    void theSameSeed_takesTheSameCourse() throws Exception {
        try (var files = new RunStore()) {
            assertThat(MachinesHistory.play(3, files)).isEqualTo(MachinesHistory.play(3, files));
        }
    }

    private static String violations(MiningProcess.Signing signing) throws Exception {
        var violations = new StringBuilder();
        try (var files = new RunStore()) {
            for (long seed = 1; seed <= 6; seed++) {
                violations.append(MachinesHistory.play(seed, files, signing).violations());
            }
        }
        return violations.toString();
    }

    /** Signs every block without asking, or none. */
    private record Unguarded(Signer keys, BlockSigner guarded, boolean refuses) implements BlockSigner {
        @Override
        public Set<Address> addresses() {
            return Set.of(World.workerKey().address());
        }

        @Override
        public Signature sign(Address key, byte[] message) {
            return keys.sign(key, message);
        }

        @Override
        public Signature sign(Address key, SigningContent content) {
            if (refuses) {
                throw new IllegalStateException("refused");
            }
            return keys.sign(key, content.signedBytes());
        }

        @Override
        public void resume(Address miner, Epoch now, List<ProtectedBlock> ownBlocks) {
            guarded.resume(miner, now, ownBlocks);
        }

        @Override
        public void observe(Address miner, ProtectedBlock onChain) {}

        @Override
        public GuardStatus status(Address miner) {
            return guarded.status(miner);
        }
    }
}
