package io.adit.core.slash;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.Cases;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever is asked and whatever happens to the guard, what it permits proves no consensus fault. */
class SlashGuardPropertyTest {
    /** A random tree of tipsets, and a guard that is asked for blocks on it while it is stopped, copied and restored. */
    private static final class World {
        final Random random;
        final Path root;
        final List<List<TestBlock>> tipsets = new ArrayList<>(List.of(List.of(TestBlock.GENESIS)));
        final List<TestBlock> all = new ArrayList<>(List.of(TestBlock.GENESIS));
        final List<TestBlock> signed = new ArrayList<>();
        GuardFixture fixture;
        SlashGuard guard;
        int places;
        int salts;
        int boots;
        int refused;

        World(long seed, Path root) {
            this.random = new Random(seed);
            this.root = root;
            this.fixture = new GuardFixture(root.resolve("0"));
            this.guard = fixture.begun();
        }

        long now() {
            return all.stream().mapToLong(TestBlock::epoch).max().orElse(0);
        }

        void step() throws IOException {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> grow();
                case 3 -> sibling();
                case 4 -> restart();
                case 5 -> reboot();
                case 6 -> restoreBackup();
                case 7 -> move(random.nextBoolean());
                default -> ask();
            }
        }

        List<TestBlock> anyTipset() {
            // Mostly the latest ones, as on a chain.
            int back = random.nextInt(random.nextInt(4) == 0 ? tipsets.size() : Math.min(4, tipsets.size()));
            return tipsets.get(tipsets.size() - 1 - back);
        }

        void grow() {
            var parents = anyTipset();
            long epoch = parents.getFirst().epoch() + 1 + random.nextInt(2);
            include(new TestBlock(TestBlock.OTHER, epoch, parents, salts++));
        }

        /** A block beside an existing one, so that tipsets with and without it exist. */
        void sibling() {
            var block = all.get(random.nextInt(all.size()));
            if (!block.parents().isEmpty()) {
                include(new TestBlock(TestBlock.OTHER, block.epoch(), block.parents(), salts++));
            }
        }

        void include(TestBlock block) {
            all.add(block);
            tipsets.add(List.of(block));
            var beside = all.stream()
                    .filter(other -> !other.equals(block)
                            && other.epoch() == block.epoch()
                            && other.parents().equals(block.parents()))
                    .toList();
            if (!beside.isEmpty()) {
                tipsets.add(List.of(beside.get(random.nextInt(beside.size())), block));
                var whole = new ArrayList<>(beside);
                whole.add(block);
                tipsets.add(whole);
            }
        }

        void ask() {
            var parents = anyTipset();
            long epoch = parents.getFirst().epoch() + 1 + random.nextInt(2);
            var block = new TestBlock(TestBlock.MINER, epoch, parents, random.nextInt(3) + 1_000_000);
            try {
                guard.permit(random.nextInt(5) == 0 ? block.bareIntent() : block.intent());
                if (!signed.contains(block)) {
                    signed.add(block);
                    include(block);
                }
            } catch (BlockRefusedException e) {
                refused++;
            }
        }

        void restart() {
            guard.close();
            guard = fixture.openAt(now());
        }

        void reboot() {
            fixture.mark = new MachineMark("boot " + ++boots);
            restart();
        }

        /** Files as they were before some more blocks; where the guard is in doubt the operator states the last epoch. */
        void restoreBackup() throws IOException {
            byte[] backup = Files.readAllBytes(fixture.log());
            byte[] oldAnchor = Files.readAllBytes(fixture.anchor);
            for (int i = 0; i < 5; i++) {
                ask();
            }
            guard.close();
            switch (random.nextInt(3)) {
                case 0 -> Files.write(fixture.log(), backup);
                case 1 -> fixture.overwrite(backup, oldAnchor);
                default -> {
                    Files.delete(fixture.anchor);
                    Files.write(fixture.log(), backup);
                }
            }
            guard = fixture.openAt(now());
            if (guard.status().doubt().isPresent()) {
                guard.acceptEpoch(new Epoch(now()));
            }
        }

        /** To another machine, by a protection file. */
        void move(boolean complete) {
            var file = ProtectionFile.parse((complete ? guard.exportComplete() : guard.exportMinimal()).toJson());
            guard.close();
            fixture = new GuardFixture(root.resolve("" + ++places));
            guard = fixture.open();
            guard.importFile(file);
            guard.resume(new Epoch(now()), List.of());
        }
    }

    private static World live(long seed, int steps) throws IOException {
        Path root = Files.createTempDirectory("slash-guard");
        var world = new World(seed, root);
        try {
            for (int i = 0; i < steps; i++) {
                world.step();
                assertThat(FaultRules.anyFault(world.signed, world.all))
                        .as("seed %d, step %d", seed, i)
                        .isEmpty();
            }
            return world;
        } finally {
            world.guard.close();
            delete(root);
        }
    }

    @Test
    void permittedBlocksProveNoFault() {
        Cases.repeat(150, given -> live(given.random().nextLong(), 40));
    }

    /** The property would hold for a guard that permits nothing. */
    @Test
    void manyBlocksArePermitted() throws IOException {
        int permitted = 0;
        int refused = 0;
        for (int seed = 0; seed < 20; seed++) {
            var world = live(seed, 40);
            permitted += world.signed.size();
            refused += world.refused;
        }
        assertThat(permitted).isGreaterThan(60);
        assertThat(refused).isGreaterThan(60);
    }

    /** And it would hold for rules that find nothing. */
    @Test
    void withoutGuardTheSameWorldsAreFullOfFaults() throws IOException {
        int faults = 0;
        for (int seed = 0; seed < 20; seed++) {
            var world = live(seed, 40);
            var careless = new ArrayList<TestBlock>();
            for (var tipset : world.tipsets) {
                careless.add(new TestBlock(TestBlock.MINER, tipset.getFirst().epoch() + 1, tipset, 7));
            }
            faults += FaultRules.anyFault(careless, world.all).isPresent() ? 1 : 0;
        }
        assertThat(faults).isEqualTo(20);
    }

    @Test
    void anyBytesAsLogAreRefused() {
        Cases.repeat(300, given -> refused(given.bytes(300)));
    }

    private static void refused(byte[] bytes) throws IOException {
        Path root = Files.createTempDirectory("slash-guard");
        try {
            var fixture = new GuardFixture(root);
            Files.createDirectories(fixture.directory);
            Files.write(fixture.log(), bytes);
            try (var guard = fixture.openAt(1)) {
                assertThat(guard.status().doubt()).isPresent();
            }
        } finally {
            delete(root);
        }
    }

    @Test
    void anyTextAsProtectionFileIsATypedError() {
        Cases.repeat(300, given -> {
            try {
                ProtectionFile.parse(given.anyText(300));
            } catch (AditException e) {
                assertThat(e.code()).isEqualTo(SlashErrorCode.SLASH_FILE_MALFORMED);
            }
        });
    }

    private static void delete(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
