package io.adit.market.bitswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.ipld.UnixFsOptions;
import io.adit.market.retrieve.ContentPolicy;
import io.adit.market.retrieve.RetrievalLimits;
import io.adit.market.retrieve.Search;
import io.adit.market.retrieve.StoredFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class DisksTest {
    private final AtomicLong now = new AtomicLong();
    private final Disks disks = new Disks(2, now::get);

    @TempDir
    private Path folder;

    private StoredFixture provider;
    private StoredFixture.Stored file;

    @BeforeEach
    void open() throws IOException {
        provider = new StoredFixture(folder, RetrievalLimits.DEFAULTS);
        file = provider.store(1000, 1, new UnixFsOptions(100, 8, Optional.empty()));
    }

    @AfterEach
    void close() {
        disks.close();
        provider.close();
    }

    private Disks.Place place() {
        return disks.place(provider.blocks(ContentPolicy.SERVE_ALL));
    }

    @Test
    void turnsAreOnThreadsOfTheirOwn_soManyAtOnce() throws Exception {
        var inside = new Semaphore(2);
        try (var peers = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (int i = 0; i < 20; i++) {
                all.add(peers.submit(() -> {
                    var place = place();
                    for (int count = 0; count < 50; count++) {
                        place.turn(turn -> {
                            assertThat(Thread.currentThread().isVirtual()).isFalse();
                            assertThat(inside.tryAcquire()).isTrue();
                            turn.spend(Disks.QUANTUM);
                            inside.release();
                            return turn.isSpent();
                        });
                    }
                    return place;
                }));
            }
            for (var each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void whatHangs_holdsNoVirtualThread() throws Exception {
        var mended = new CountDownLatch(1);
        try (var peers = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<Boolean>>();
            // More than there are carriers.
            for (int i = 0; i < 100; i++) {
                all.add(peers.submit(() -> place().turn(turn -> mended.await(60, TimeUnit.SECONDS))));
            }
            assertThat(peers.submit(() -> "others go on").get(60, TimeUnit.SECONDS))
                    .isNotEmpty();
            mended.countDown();
            for (var each : all) {
                assertThat(each.get(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void filesAreLetGoOf_afterAMinute() throws Exception {
        var place = place();
        assertThat(isHere(place)).isTrue();
        Files.delete(file.car());
        now.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(isHere(place)).isTrue();
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(isHere(place)).isFalse();
    }

    private boolean isHere(Disks.Place place) throws IOException, InterruptedException {
        return place.turn(turn -> {
            var found = turn.blocks().find(file.root(), new Search(4));
            found.ifPresent(place::isOver);
            return found.isPresent();
        });
    }

    @Test
    void whatFails_failsForTheCaller_andEndsTheTurn() throws Exception {
        var place = place();
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> place.turn(turn -> {
                        throw new IOException("the disk is gone");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the disk is gone");
        }
        assertThat(isHere(place)).isTrue();
        place.close();
    }
}
