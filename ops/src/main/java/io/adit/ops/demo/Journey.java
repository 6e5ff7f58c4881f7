package io.adit.ops.demo;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.Keystore;
import io.adit.core.keys.SignatureType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.client.DealClient;
import io.adit.market.client.PackedPiece;
import io.adit.market.client.Quote;
import io.adit.market.client.RetrievalClient;
import io.adit.ops.OpsError;
import io.adit.ops.daemon.FullNodes;
import io.adit.ops.daemon.NodeHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What the client does, step by step, and what it sees. The provider is asked over libp2p and HTTP; its operator API is
 * read only to tell the spectator how far the sealing is.
 */
final class Journey {
    /** The shortest deal that the market actor allows: 180 days of 2,880 epochs. */
    private static final long DEAL_EPOCHS = 180 * 2880;

    private static final long START_AHEAD = 3000;
    private static final Set<String> BEFORE_CONFIRMED = Set.of("Accepted", "Transferred", "Published");
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    /** More than any piece of the demo's sectors. */
    private static final long MOST_BYTES = 64L << 20;

    private final Household household;
    private final DemoReport report;
    private final PrintWriter out;
    private final Path folder;
    private final Optional<Path> given;
    private final SectorSize sectorSize;
    private final CpuMeter cpu = new CpuMeter();

    Journey(
            Household household,
            DemoReport report,
            PrintWriter out,
            Path folder,
            Optional<Path> given,
            SectorSize sectorSize) {
        this.household = household;
        this.report = report;
        this.out = out;
        this.folder = folder;
        this.given = given;
        this.sectorSize = sectorSize;
    }

    /** Something a step found out, and the sentence for the table. */
    private record Shown<T>(T value, String detail) {}

    /** Thrown to end the journey after the failed step was written down. */
    private static final class StepFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        StepFailed(RuntimeException cause) {
            super(cause);
        }
    }

    /** Goes the whole way; answers whether every step ended as it must. */
    boolean run() {
        try {
            travel();
            return report.ok();
        } catch (StepFailed e) {
            return false;
        }
    }

    private void travel() {
        var miner = step("chain and provider", this::startHousehold);
        try (var chain = FullNodes.connect(household.chainApi(), new SecureRandom())) {
            var keystore = new NodeHome(folder.resolve("client")).keystore(Map.of(), new SecureRandom());
            var wallet = step("client's wallet", () -> openWallet(chain, keystore));
            try (var client = new DealClient(
                    chain, keystore, folder.resolve("client"), new SecureRandom(), InstantSource.system())) {
                var picture = step("picture", this::picture);
                var piece = step("pack", () -> pack(client, picture));
                var provider = provider();
                var quote = step("ask", () -> ask(client, provider, miner, piece));
                step("escrow", () -> escrow(client, chain, wallet, quote));
                var deal = step("propose", () -> propose(client, chain, provider, miner, wallet, piece, quote));
                step("transfer, publish", () -> awaitPublished(client, provider, wallet, deal));
                var sector = sealing(chain, miner);
                step("deal active", () -> awaitActive(chain, deal));
                step("first window PoSt", () -> firstWindow(chain, miner, sector));
                step("second period", () -> secondPeriod(chain, miner, sector));
                retrieve(picture, piece);
            }
        }
    }

    private Shown<Address> startHousehold() {
        household.startChain();
        var miner = household.initNode("1000");
        household.startNode(Map.of());
        return new Shown<>(miner, "devnet and node run as two processes; the chain made miner " + miner);
    }

    private Shown<Address> openWallet(FullNode chain, Keystore keystore) {
        var wallet = keystore.create(SignatureType.SECP256K1);
        household.control().fund(wallet, "100");
        await("the client's money", () -> chain.walletBalance(wallet).isZero() ? Optional.empty() : Optional.of(true));
        return new Shown<>(wallet, wallet + " holds " + chain.walletBalance(wallet));
    }

    private Shown<Path> picture() {
        if (given.isPresent()) {
            return new Shown<>(given.get(), given.get() + ", " + size(given.get()) + " bytes");
        }
        var picture = folder.resolve("mars.jpg");
        new MarsPicture(4).writeTo(picture, sectorSize == SectorSize.KIB_2 ? 24 : 1920);
        return new Shown<>(picture, "painted mars.jpg, " + size(picture) + " bytes");
    }

    private Shown<PackedPiece> pack(DealClient client, Path picture) {
        var piece = client.pack(picture);
        if (piece.piece().size().bytes() > sectorSize.bytes()) {
            throw new AditException(
                    OpsError.NODE_REFUSED,
                    "storing " + picture + ": its piece has "
                            + piece.piece().size().bytes() + " bytes, a sector " + sectorSize.bytes()
                            + "; choose a smaller file or --sector-size 8MiB");
        }
        return new Shown<>(
                piece,
                "root " + piece.root() + ", piece " + piece.piece().pieceCidV1() + " ("
                        + piece.piece().size().bytes() + " bytes padded); computed by the client");
    }

    private Multiaddr provider() {
        var addresses = household.api().get("/api/v1/info").path("libp2p").asText();
        return Multiaddr.parse(addresses.split(" ", -1)[0]);
    }

    private Shown<Quote> ask(DealClient client, Multiaddr provider, Address miner, PackedPiece piece) {
        var quote = client.quote(client.ask(provider, miner), piece, DEAL_EPOCHS);
        DemoCommand.line(out, "  " + quote.sentence());
        return new Shown<>(quote, "asked over /fil/storage/ask/1.1.0, signature checked: " + quote.total() + " in all");
    }

    private Shown<Boolean> escrow(DealClient client, FullNode chain, Address wallet, Quote quote) {
        client.ensureEscrow(wallet, quote.total());
        var balance = chain.stateMarketBalance(wallet, TipSetKey.EMPTY);
        return new Shown<>(true, "the market actor holds " + balance.available() + " of the client's");
    }

    private Shown<Proposed> propose(
            DealClient client,
            FullNode chain,
            Multiaddr provider,
            Address miner,
            Address wallet,
            PackedPiece piece,
            Quote quote) {
        var start = chain.chainHead().height().plus(START_AHEAD);
        var proposed = client.propose(provider, miner, wallet, piece, quote, start);
        if (!proposed.response().accepted()) {
            throw new AditException(
                    OpsError.DEMO_STEP_FAILED,
                    "the provider refused: " + proposed.response().message());
        }
        return new Shown<>(
                new Proposed(proposed.uuid(), new long[1]),
                "accepted over /fil/storage/mk/1.2.1 as " + proposed.uuid() + ", on the provider's disk");
    }

    /** The accepted deal; its number on the chain is known once it is published. */
    private record Proposed(UUID uuid, long[] chainId) {}

    private Shown<Boolean> awaitPublished(DealClient client, Multiaddr provider, Address wallet, Proposed deal) {
        return await("the deal to be published", () -> {
            var status = client.status(provider, wallet, deal.uuid()).status();
            if (status.isPresent() && !status.get().error().isEmpty()) {
                throw new AditException(
                        OpsError.DEMO_STEP_FAILED,
                        "the deal failed: " + status.get().error());
            }
            // The first deal of a chain has the number 0, so the number alone does not tell.
            if (status.isEmpty() || BEFORE_CONFIRMED.contains(status.get().status())) {
                return Optional.empty();
            }
            deal.chainId()[0] = status.get().chainDealId();
            return Optional.of(new Shown<>(
                    true,
                    "provider fetched the CAR, checked CommP, PublishStorageDeals landed: deal "
                            + status.get().chainDealId()));
        });
    }

    private SectorNumber sealing(FullNode chain, Address miner) {
        var api = household.api();
        var watch = new SealingWatch(api, report, cpu, out);
        try {
            var sector = watch.untilProving(PATIENCE);
            if (chain.stateSectorGetInfo(miner, sector, TipSetKey.EMPTY).isEmpty()) {
                throw new AditException(OpsError.DEMO_STEP_FAILED, "the chain does not know sector " + sector.value());
            }
            return sector;
        } catch (AditException e) {
            report.add(new DemoReport.Row("sealing", false, 0, 0, String.valueOf(e.getMessage())));
            throw new StepFailed(e);
        }
    }

    private Shown<Boolean> awaitActive(FullNode chain, Proposed deal) {
        return await(
                "the deal to be active",
                () -> chain.stateMarketStorageDeal(deal.chainId()[0], TipSetKey.EMPTY)
                        .filter(found -> found.state().sectorStartEpoch().value() >= 0)
                        .map(found -> new Shown<>(
                                true,
                                "the market actor says: active since epoch "
                                        + found.state().sectorStartEpoch().value())));
    }

    private Shown<Boolean> firstWindow(FullNode chain, Address miner, SectorNumber sector) {
        var location = chain.stateSectorPartition(miner, sector, TipSetKey.EMPTY);
        turnClockToWindow(chain, miner, location.deadline());
        return await("power", () -> {
            var power = chain.stateMinerPower(miner, TipSetKey.EMPTY).minerPower();
            return power.rawBytePower().signum() == 0
                    ? Optional.empty()
                    : Optional.of(new Shown<>(
                            true,
                            "SNARK made by the post worker, verified by the devnet; power " + power.rawBytePower()
                                    + " raw, " + power.qualityAdjustedPower() + " quality-adjusted"));
        });
    }

    private Shown<Boolean> secondPeriod(FullNode chain, Address miner, SectorNumber sector) {
        var location = chain.stateSectorPartition(miner, sector, TipSetKey.EMPTY);
        passWindow(chain, miner);
        turnClockToWindow(chain, miner, location.deadline());
        // The chain itself is the witness: a window that closes without a proof makes the sector faulty and takes its
        // power.
        var closed = passWindow(chain, miner);
        var faults = chain.stateMinerFaults(miner, TipSetKey.EMPTY);
        var power = chain.stateMinerPower(miner, TipSetKey.EMPTY).minerPower();
        if (!faults.isEmpty() || power.rawBytePower().signum() == 0) {
            throw new AditException(
                    OpsError.DEMO_STEP_FAILED,
                    "the chain counts faults " + faults + " and power " + power.rawBytePower());
        }
        return new Shown<>(true, "proven again and closed at epoch " + closed.value() + " with no fault");
    }

    /** Turns the devnet's clock to where the sector's window opens; real chains take a day for it. */
    private void turnClockToWindow(FullNode chain, Address miner, long deadline) {
        var now = chain.stateMinerProvingDeadline(miner, TipSetKey.EMPTY);
        long ahead = Math.floorMod(deadline - now.index(), now.wPoStPeriodDeadlines());
        var opens = now.open().plus(ahead * now.wPoStChallengeWindow());
        if (now.currentEpoch().isBefore(opens)) {
            household.control().advanceTo(opens);
        }
    }

    private Epoch passWindow(FullNode chain, Address miner) {
        var close = chain.stateMinerProvingDeadline(miner, TipSetKey.EMPTY).close();
        household.control().advanceTo(close.plus(1));
        return close;
    }

    private void retrieve(Path picture, PackedPiece piece) {
        var base =
                URI.create(household.api().get("/api/v1/info").path("retrieval").asText());
        try (var retrieval = new RetrievalClient(MOST_BYTES, Duration.ofSeconds(30))) {
            fetchPicture(retrieval, base, picture, piece);
            fetchPiece(retrieval, base, piece);
        }
    }

    private void fetchPicture(RetrievalClient retrieval, URI base, Path picture, PackedPiece piece) {
        step("picture by root CID", () -> {
            var back = folder.resolve("back-" + picture.getFileName());
            var got = quietly("fetching the picture", () -> retrieval.getFile(piece.root(), base, back));
            requireEqual(picture, back);
            return new Shown<>(
                    true,
                    "GET /ipfs/{cid}: " + got.blocks() + " blocks, each hashed by the client; " + got.bytes()
                            + " bytes equal to the original");
        });
    }

    private void fetchPiece(RetrievalClient retrieval, URI base, PackedPiece piece) {
        var pieceCid = piece.piece().pieceCidV1();
        step("piece by piece CID", () -> {
            var back = folder.resolve("back.car");
            quietly("fetching the piece", () -> retrieval.getPiece(pieceCid, base, back));
            var car = read(piece.car());
            var whole = read(back);
            int from = (int) (piece.carSize() / 3);
            int length = (int) Math.min(1000, piece.carSize() - from);
            var range = quietly("fetching a range", () -> retrieval.getPieceRange(pieceCid, base, from, length));
            if (whole.length < car.length
                    || !Arrays.equals(car, Arrays.copyOf(whole, car.length))
                    || !Arrays.equals(range, Arrays.copyOfRange(car, from, from + length))) {
                throw new AditException(OpsError.DEMO_STEP_FAILED, "the piece came back with other bytes");
            }
            return new Shown<>(true, "GET /piece/{pieceCid}: whole and a range of " + length + " bytes, byte-equal");
        });
    }

    /** A transfer that may fail on the wire. */
    private interface Transfer<T> {
        T run() throws IOException;
    }

    private static <T> T quietly(String what, Transfer<T> transfer) {
        try {
            return transfer.run();
        } catch (IOException e) {
            throw new AditException(OpsError.DEMO_STEP_FAILED, what + ": " + e.getMessage(), e);
        }
    }

    private static void requireEqual(Path original, Path back) {
        try {
            if (Files.mismatch(original, back) >= 0) {
                throw new AditException(OpsError.DEMO_STEP_FAILED, "the picture came back with other bytes");
            }
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "comparing " + original + " and " + back, e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "reading " + file, e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "reading " + file, e);
        }
    }

    private <T> T step(String name, Supplier<Shown<T>> work) {
        long wall = System.nanoTime();
        var before = cpu.read();
        try {
            var shown = work.get();
            add(name, true, wall, before, shown.detail());
            return shown.value();
        } catch (RuntimeException e) {
            add(name, false, wall, before, String.valueOf(e.getMessage()));
            throw new StepFailed(e);
        }
    }

    private void add(String name, boolean ok, long wall, Duration before, String detail) {
        long wallMillis = (System.nanoTime() - wall) / 1_000_000;
        long cpuMillis = cpu.read().minus(before).toMillis();
        report.add(new DemoReport.Row(name, ok, wallMillis, cpuMillis, detail));
        DemoCommand.line(out, (ok ? "ok      " : "FAILED  ") + name + ": " + detail);
    }

    private <T> T await(String what, Supplier<Optional<T>> look) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            var seen = look.get();
            if (seen.isPresent()) {
                return seen.get();
            }
            if (!household.node().isAlive()) {
                throw household.node().failed("ended while the demo waited for " + what);
            }
            if (!household.chain().isAlive()) {
                throw household.chain().failed("ended while the demo waited for " + what);
            }
            SealingWatch.pause();
        }
        throw household.node().failed("did not bring " + what + " within " + PATIENCE.toMinutes() + " minutes");
    }
}
