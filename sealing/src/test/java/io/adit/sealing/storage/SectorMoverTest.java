package io.adit.sealing.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.ActorId;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.sealing.SealingError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SectorMoverTest {

    private static final SectorId SECTOR = new SectorId(new ActorId(1000), new SectorNumber(5));

    @TempDir
    Path directory;

    private StoragePaths paths;
    private StoragePath scratch;
    private StoragePath store;
    private SectorMover mover;
    private byte[] replica;

    @BeforeEach
    void twoPathsAndASector() throws IOException {
        paths = StoragePaths.open(
                directory.resolve("storage.json"),
                path -> new SpaceProbe.Space(1 << 30, 1 << 20),
                InstantSource.system());
        scratch = paths.init(directory.resolve("scratch"), PathSettings.create(UUID.randomUUID(), true, false));
        store = paths.init(directory.resolve("store"), PathSettings.create(UUID.randomUUID(), false, true));
        mover = new SectorMover(paths);
        replica = new byte[2048];
        new Random(7).nextBytes(replica);
        Files.write(scratch.file(SECTOR, SectorFileType.SEALED), replica);
        Path cache = Files.createDirectories(scratch.file(SECTOR, SectorFileType.CACHE));
        Files.writeString(cache.resolve("p_aux"), "p");
        Files.writeString(cache.resolve("t_aux"), "t");
    }

    private void move() {
        mover.toStore(SECTOR, SectorSize.KIB_2, EnumSet.allOf(SectorFileType.class));
    }

    @Test
    void everyFileIsInTheStoreOnly_whenMoved() {
        move();

        assertThat(store.file(SECTOR, SectorFileType.SEALED)).hasBinaryContent(replica);
        assertThat(store.file(SECTOR, SectorFileType.CACHE).resolve("p_aux")).hasContent("p");
        assertThat(scratch.file(SECTOR, SectorFileType.SEALED)).doesNotExist();
        assertThat(scratch.file(SECTOR, SectorFileType.CACHE)).doesNotExist();
    }

    @Test
    void nothingChanges_whenMovedTwice() {
        move();
        move();

        assertThat(paths.locations(SECTOR, SectorFileType.SEALED)).containsExactly(store);
    }

    @Test
    void sourceIsDeletedAfterComparing_whenKilledBetweenCopyAndDelete() throws IOException {
        // What a kill after publishing the copy leaves: the same bytes on both paths.
        Files.write(store.file(SECTOR, SectorFileType.SEALED), replica);

        move();

        assertThat(paths.locations(SECTOR, SectorFileType.SEALED)).containsExactly(store);
        assertThat(store.file(SECTOR, SectorFileType.SEALED)).hasBinaryContent(replica);
    }

    @Test
    void copyStartsAnew_whenKilledInTheMiddleOfIt() throws IOException {
        Files.write(store.unfinished(SECTOR, SectorFileType.SEALED, StoragePaths.WRITING), new byte[1000]);

        move();

        assertThat(store.file(SECTOR, SectorFileType.SEALED)).hasBinaryContent(replica);
        assertThat(store.unfinishedDirectory(SectorFileType.SEALED)).isEmptyDirectory();
    }

    @Test
    void bothCopiesAreKept_whenTheyDiffer() throws IOException {
        byte[] flipped = replica.clone();
        flipped[100] ^= 1;
        Files.write(store.file(SECTOR, SectorFileType.SEALED), flipped);

        assertThatThrownBy(this::move)
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.STORAGE_COPY_DIFFERS));

        assertThat(scratch.file(SECTOR, SectorFileType.SEALED)).hasBinaryContent(replica);
        assertThat(store.file(SECTOR, SectorFileType.SEALED)).hasBinaryContent(flipped);
    }

    @Test
    void onlyCopyIsNeverDeleted_whenOneDiskIsAttachedAsTwoPaths() throws IOException {
        // The store's directory of sealed files is the scratch path's, as with a mount that appears twice.
        DurableFiles.deleteTree(store.root().resolve("sealed"));
        Files.createSymbolicLink(store.root().resolve("sealed"), scratch.root().resolve("sealed"));

        assertThatThrownBy(() -> mover.move(SECTOR, SectorFileType.SEALED, store))
                .hasMessageContaining("the same file");

        assertThat(scratch.file(SECTOR, SectorFileType.SEALED)).hasBinaryContent(replica);
    }

    @Test
    void sourceStays_whenTheStoreIsFull() {
        var full = StoragePaths.open(
                directory.resolve("storage.json"), path -> new SpaceProbe.Space(1 << 30, 2047), InstantSource.system());

        assertThatThrownBy(() ->
                        new SectorMover(full).toStore(SECTOR, SectorSize.KIB_2, EnumSet.of(SectorFileType.SEALED)))
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(SealingError.STORAGE_NO_SPACE));

        assertThat(scratch.file(SECTOR, SectorFileType.SEALED)).hasBinaryContent(replica);
        assertThat(store.root().resolve("sealed/s-t01000-5")).doesNotExist();
    }
}
