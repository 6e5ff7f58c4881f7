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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That histories of making blocks would show a miner who signs too much, or nothing; {@link SimulationTest} plays them. */
class MiningHistoryTest {
    @TempDir
    Path directory;

    @Test
    void whoSignsPastTheGuard_commitsEachOfTheThreeFaults() throws IOException {
        var violations = new StringBuilder();
        for (long seed = 1; seed <= 8; seed++) {
            violations.append(
                    MiningHistory.play(seed, home(seed), Unguarded::new).violations());
        }
        assertThat(violations.toString())
                .contains("(double fork)", "(time offset)", "(parent grinding)", "a copy of the home signed");
    }

    @Test
    void theSameSeed_takesTheSameCourse() throws IOException {
        assertThat(MiningHistory.play(3, home(1))).isEqualTo(MiningHistory.play(3, home(2)));
    }

    private Path home(long number) throws IOException {
        return Files.createDirectory(directory.resolve("run-" + number));
    }

    /** Signs every block, and says that all is well. */
    private record Unguarded(Signer keys, BlockSigner guarded) implements BlockSigner {
        @Override
        public Set<Address> addresses() {
            return keys.addresses();
        }

        @Override
        public Signature sign(Address key, byte[] message) {
            return keys.sign(key, message);
        }

        @Override
        public Signature sign(Address key, SigningContent content) {
            return keys.sign(key, content.signedBytes());
        }

        @Override
        public void resume(Address miner, Epoch now, List<ProtectedBlock> ownBlocks) {
            guarded.resume(miner, now, List.of());
        }

        @Override
        public void observe(Address miner, ProtectedBlock onChain) {}

        @Override
        public GuardStatus status(Address miner) {
            return new GuardStatus(miner, Optional.empty(), "", new Epoch(0), new Epoch(0), 0, 0);
        }
    }
}
