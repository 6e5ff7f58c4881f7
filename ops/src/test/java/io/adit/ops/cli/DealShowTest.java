package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Network;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.Cid;
import io.adit.core.state.DealCheckpoint;
import io.adit.core.state.DealEnd;
import io.adit.core.state.DealEnd.Ending;
import io.adit.core.state.DealRecord;
import io.adit.core.state.SectorRecord;
import io.adit.core.state.SectorState;
import io.adit.core.state.SqlStateStore;
import io.adit.core.state.StateFixtures;
import io.adit.core.state.StateStore;
import io.adit.core.task.Task;
import io.adit.core.task.TaskPriority;
import io.adit.core.task.TaskState;
import io.adit.core.task.TaskView;
import io.adit.market.mk20.Ulid;
import io.adit.ops.AditMain;
import io.adit.ops.api.DealRows;
import io.adit.ops.api.OperatorApi;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees of one deal, from its acceptance to its end. */
class DealShowTest {
    private static final UUID DEAL = new UUID(3, 4);
    private static final SectorNumber SECTOR = new SectorNumber(7);

    @TempDir
    private Path folder;

    private StateStore store;

    @SuppressWarnings("NullAway.Init") // set up before every test
    DealShowTest() {}

    @BeforeEach
    void open() {
        store = SqlStateStore.sqlite(folder.resolve("state.db"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private record Ran(int exit, String out, String err) {}

    private Ran run(List<TaskView> tasks, String... words) throws IOException {
        var routes = new DealRows(store, Network.MAINNET, () -> tasks).all();
        var api = new OperatorApi(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "word", routes, () -> "", List::of);
        api.start();
        try (api) {
            Files.writeString(
                    folder.resolve("api"), "http://127.0.0.1:" + api.address().getPort());
            Files.writeString(folder.resolve("token"), "word");
            var out = new StringWriter();
            var err = new StringWriter();
            var line = AditMain.commandLine();
            line.setOut(new PrintWriter(out, true));
            line.setErr(new PrintWriter(err, true));
            var all = new String[words.length + 2];
            System.arraycopy(words, 0, all, 0, words.length);
            all[words.length] = "--dir";
            all[words.length + 1] = folder.toString();
            return new Ran(line.execute(all), out.toString(), err.toString());
        }
    }

    private void deal(DealCheckpoint checkpoint) {
        store.transactVoid(tx -> tx.deals().insert(fixture().withCheckpoint(checkpoint)));
    }

    private static DealRecord fixture() {
        return StateFixtures.deal(new SplittableRandom(7)).withUuid(DEAL).withSector(Optional.of(SECTOR));
    }

    private static TaskView waiting(String why) {
        var task = new Task(
                "deal.fetch",
                DEAL.toString(),
                "{}",
                TaskPriority.DEAL,
                TaskState.WAITING,
                0,
                Instant.EPOCH,
                Optional.empty(),
                Optional.of(why),
                Optional.empty(),
                0,
                Optional.empty(),
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty());
        return new TaskView(task, Optional.empty(), Optional.empty());
    }

    @Test
    void saysWhatItWaitsFor_underEitherName() throws Exception {
        store.transactVoid(tx -> tx.deals()
                .insert(fixture().withCheckpoint(DealCheckpoint.Accepted).withSector(Optional.empty())));
        for (var name : List.of(DEAL.toString(), new Ulid(DEAL).toString())) {
            var ran = run(List.of(waiting("waits for its data: adit deals import")), "deals", "show", name);

            assertThat(ran.exit()).as(ran.err()).isZero();
            assertThat(ran.out())
                    .contains(DEAL.toString(), "under way", "Accepted", "waits for its data: adit deals import")
                    .doesNotContain("Sector state", "Notifies");
        }
    }

    /** Up to the chain: the sector's message, when it was proven, and what became of the client's notification. */
    @Test
    void saysWhatHappenedAfterItWasStored() throws Exception {
        var told = Address.ofId(1234);
        var message = Cid.dagCbor(new byte[] {1});
        deal(DealCheckpoint.AddedPiece);
        var sector = SectorRecord.created(SECTOR, RegisteredSealProof.fromNumber(5), Instant.EPOCH)
                .withState(SectorState.Committing);
        store.transactVoid(tx -> {
            tx.sectors().insert(sector);
            // As sealing notes it.
            tx.meta()
                    .put(
                            "sealing.deal." + DEAL,
                            "{\"sector\":7,\"file\":\"/p\",\"rawSize\":1,\"chainDealId\":null,\"start\":1,\"end\":2,"
                                    + "\"notification\":null,\"notices\":[{\"to\":\"f01234\",\"payload\":\"0102\"}]}");
        });
        assertThat(shown())
                .contains("Committing", "f01234 (2 bytes): not yet, the message that proves the sector tells it");

        store.transactVoid(tx -> {
            tx.meta().put("sealing.told." + DEAL, told.toString());
            tx.sectors()
                    .update(tx.sectors()
                            .find(SECTOR)
                            .orElseThrow()
                            .withState(SectorState.Proving)
                            .withCommitCid(Optional.of(message))
                            .withActivation(Optional.of(new Epoch(4242))));
        });
        assertThat(shown())
                .containsPattern("Commit message +" + message)
                .containsPattern("Proven at +4242")
                .contains("f01234 (2 bytes): told at epoch 4242 with message " + message);

        store.transactVoid(tx -> tx.meta().put("sealing.told." + DEAL, ""));
        assertThat(shown()).contains("f01234 (2 bytes): not told: the message that proves the sector fails with it");
    }

    private String shown() throws IOException {
        var ran = run(List.of(), "deals", "show", DEAL.toString());
        assertThat(ran.exit()).as(ran.err()).isZero();
        return ran.out();
    }

    @Test
    void saysHowItEnded() throws Exception {
        deal(DealCheckpoint.Complete);
        assertThat(shown()).contains("active");

        store.transactVoid(tx -> tx.deals().end(DEAL, new DealEnd(Ending.SLASHED, new Epoch(77))));

        assertThat(shown())
                .containsPattern("Status +slashed")
                .containsPattern("Ended at +77")
                .contains("its sector was lost");
        assertThat(run(List.of(), "deals", "list").out()).contains("slashed", DEAL.toString());
    }

    @Test
    void refusesWhatIsNoDeal() throws Exception {
        var unknown = run(List.of(), "deals", "show", DEAL.toString());
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.err()).contains("there is no deal " + DEAL);

        var wrong = run(List.of(), "deals", "show", "mine");
        assertThat(wrong.exit()).isEqualTo(2);
        assertThat(wrong.err()).contains("is neither the UUID nor the ULID of a deal");
    }
}
