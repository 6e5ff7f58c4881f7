package io.adit.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.error.AditException;
import io.adit.core.fil.CommP;
import io.adit.market.deal.DealErrorCode;
import io.adit.market.deal.DealImport;
import io.adit.market.mk20.Ulid;
import io.adit.ops.AditMain;
import io.adit.ops.api.ImportRoutes;
import io.adit.ops.api.OperatorApi;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person sees of an import while it runs. */
class DealImportTest {
    private static final UUID DEAL = new UUID(3, 4);
    private static final byte[] DATA = {1, 2, 3};

    @TempDir
    private Path folder;

    /** An import that takes until somebody has looked how far it is. */
    private static final class Slow implements ImportRoutes.Imports {
        private final CountDownLatch looked = new CountDownLatch(2);

        @Override
        public DealImport.Imported importDeal(UUID deal, Path file) {
            try {
                looked.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (file.endsWith("wrong.car")) {
                throw new AditException(DealErrorCode.DEAL_IMPORT_WRONG_DATA, "importing it: it is another one");
            }
            return new DealImport.Imported(deal, CommP.of(DATA), DATA.length);
        }

        @Override
        public List<DealImport.Progress> importsRunning() {
            looked.countDown();
            return List.of(
                    new DealImport.Progress(new UUID(9, 9), 1, 2, Duration.ofSeconds(1)),
                    new DealImport.Progress(DEAL, 1L << 29, 1L << 30, Duration.ofSeconds(30)));
        }
    }

    private record Ran(int exit, String out, String err) {}

    private Ran run(String deal, String file) throws IOException {
        var routes = new ImportRoutes(new Slow()).all();
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
            int exit = line.execute("deals", "import", deal, file, "--dir", folder.toString());
            return new Ran(exit, out.toString(), err.toString());
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void showsHowFarItIs_underEitherName(boolean ulid) throws Exception {
        var ran = run(ulid ? new Ulid(DEAL).toString() : DEAL.toString(), "right.car");

        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.err()).contains("\r512.0 MiB of 1.0 GiB copied and hashed (50%), 30 s left");
        assertThat(ran.out()).contains(CommP.of(DATA).pieceCidV1().toString(), DEAL.toString());
    }

    @Test
    void saysWhyItIsRefused_belowTheLine() throws Exception {
        var ran = run(DEAL.toString(), "wrong.car");

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err()).contains("left\nadit: importing it: it is another one", "DEAL_IMPORT_WRONG_DATA");
    }

    @Test
    void refusesWhatIsNoDeal() throws Exception {
        var ran = run("01ARZ3NDEKTSV4RRFFQ69G5FAU!", "a.car");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).contains("is neither the UUID nor the ULID of a deal");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 100, 0, '0 B of 100 B done (0%)'",
        "50, 100, 10, '50 B of 100 B done (50%), 10 s left'",
        "1024, 1048576, 1, '1.0 KiB of 1.0 MiB done (0%), 17 min left'",
        "1024, 34359738368, 1, '1.0 KiB of 32.0 GiB done (0%), 9320 h 41 min left'",
        "5, 0, 1, '5 B done'"
    })
    void saysHowLongTheRestTakes_atTheSpeedSoFar(long bytes, long total, long seconds, String line) {
        assertThat(ProgressLine.text("done", bytes, total, Duration.ofSeconds(seconds)))
                .isEqualTo(line);
    }
}
