package io.adit.ops.demo;

import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSet;
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
import io.adit.ops.cli.Poll;
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
 * What the client does, step by step, and what it sees. The provider is asked over libp2p and HTTP. Its operator API is
 * read for two things: where it listens, which on a public network the chain would say, and how far the sealing is.
 */
final class Journey {
    /** The shortest deal that the market actor allows: 180 days of 2,880 epochs. */
    private static final long DEAL_EPOCHS = 180 * 2880;

    private static final long START_AHEAD = 3000;
    private static final Set<String> BEFORE_CONFIRMED = Set.of("Accepted", "Transferred", "Published");
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    /** More than any piece of the demo's sectors. */
    private static final long MOST_BYTES = 64L << 20;

    private final Household household;
    private final DemoReport report;
    private final PrintWriter out;
    private final Path folder;
    private final Optional<Path> given;
    private final SectorSize sectorSize;
    private final SignatureType clientKey;
    private final CpuMeter cpu;

    Journey(Household household, DemoReport report, PrintWriter out, Path folder, Wishes wishes, CpuMeter cpu) {
        this.cpu = cpu;
        this.household = household;
        this.report = report;
        this.out = out;
        this.folder = folder;
        this.given = wishes.file();
        this.sectorSize = wishes.sectorSize();
        this.clientKey = wishes.clientKey();
    }

    /** What the user chose: a file of theirs, the sectors' size, the kind of the client's key. */
    record Wishes(Optional<Path> file, SectorSize sectorSize, SignatureType clientKey) {}

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
        } catch (RuntimeException e) {
            // What fails between two steps must be in the table as well.
            add("between steps", false, System.nanoTime(), cpu.read(), String.valueOf(e));
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
                var provider = step("provider's address", () -> provider(miner));
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
        var wallet = keystore.create(clientKey);
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

    private Shown<Multiaddr> provider(Address miner) {
        var addresses = household.api().get("/api/v1/info").path("libp2p").asText();
        var provider = Multiaddr.parse(addresses.split(" ", -1)[0]);
        return new Shown<>(provider, miner + " takes deals at " + provider);
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
        var proposed = client.propose(client.newDeal(), provider, miner, wallet, piece, quote, start);
        if (!proposed.response().accepted()) {
            throw new AditException(
                    OpsError.DEMO_STEP_FAILED,
                    "the provider refused: " + proposed.response().message());
        }
        return new Shown<>(
                new Proposed(proposed.uuid(), new long[1]),
                "accepted over " + proposed.protocol() + " as " + proposed.uuid() + ", on the provider's disk");
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
        try {
            var sector = new SealingWatch(household.api(), chain, report, cpu, out).untilProving(PATIENCE);
            return step("sector on chain", () -> onChain(chain, miner, sector));
        } catch (AditException e) {
            throw new StepFailed(e);
        }
    }

    private static Shown<SectorNumber> onChain(FullNode chain, Address miner, SectorNumber sector) {
        var info = chain.stateSectorGetInfo(miner, sector, TipSetKey.EMPTY)
                .orElseThrow(() -> new AditException(
                        OpsError.DEMO_STEP_FAILED, "the chain does not know sector " + sector.value()));
        return new Shown<>(sector, "the chain has sector " + sector.value() + " with CommR " + info.sealedCid());
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
        var from = chain.chainHead().height();
        var location = chain.stateSectorPartition(miner, sector, TipSetKey.EMPTY);
        var held = household.control().held();
        new ProvingClock(chain, household.control(), miner).turnTo(location.deadline());
        var power = await(
                "power",
                () -> Optional.of(chain.stateMinerPower(miner, TipSetKey.EMPTY).minerPower())
                        .filter(found -> found.rawBytePower().signum() > 0));
        requireNeverFaulty(chain, miner, sector, from);
        return new Shown<>(
                true,
                new ProofMeter(household.api()).of("window_post") + ", verified by the devnet; power "
                        + power.rawBytePower() + " raw, " + power.qualityAdjustedPower() + " quality-adjusted; "
                        + heldSince(held));
    }

    private Shown<Boolean> secondPeriod(FullNode chain, Address miner, SectorNumber sector) {
        var from = chain.chainHead().height();
        var held = household.control().held();
        var clock = new ProvingClock(chain, household.control(), miner);
        var location = chain.stateSectorPartition(miner, sector, TipSetKey.EMPTY);
        clock.pass();
        clock.turnTo(location.deadline());
        // The chain itself is the witness: a window that closes without a proof makes the sector faulty and takes its
        // power.
        var closed = clock.pass();
        requireNeverFaulty(chain, miner, sector, from);
        var power = chain.stateMinerPower(miner, TipSetKey.EMPTY).minerPower();
        if (power.rawBytePower().signum() == 0) {
            throw new AditException(OpsError.DEMO_STEP_FAILED, "the chain counts no power");
        }
        return new Shown<>(
                true,
                "proven again and closed at epoch " + closed.value() + ", never in the chain's faults; "
                        + heldSince(held));
    }

    /** A laptop's proof takes longer than a window of two seconds: how long the devnet waited is part of the truth. */
    private String heldSince(Duration before) {
        var held = household.control().held().minus(before);
        return String.format(
                java.util.Locale.ROOT, "the devnet held its clock %.1f s for the proof", held.toMillis() / 1000.0);
    }

    /** Faults begin where a deadline ends and stay for the rest of the period, so one look per window sees each. */
    private static void requireNeverFaulty(FullNode chain, Address miner, SectorNumber sector, Epoch from) {
        var head = chain.chainHead();
        long window = chain.stateMinerProvingDeadline(miner, head.key()).wPoStChallengeWindow();
        for (var at = from; at.isBefore(head.height()); at = at.plus(window)) {
            requireNoFault(chain, miner, sector, chain.chainGetTipSetByHeight(at, head.key()));
        }
        requireNoFault(chain, miner, sector, head);
    }

    private static void requireNoFault(FullNode chain, Address miner, SectorNumber sector, TipSet at) {
        if (chain.stateMinerFaults(miner, at.key()).contains(sector.value())) {
            throw new AditException(
                    OpsError.DEMO_STEP_FAILED,
                    "the chain counted sector " + sector.value() + " as faulty at epoch "
                            + at.height().value());
        }
    }

    private void retrieve(Path picture, PackedPiece piece) {
        var base = step("provider's HTTP address", () -> {
            var url = household.api().get("/api/v1/info").path("retrieval").asText();
            return new Shown<>(URI.create(url), "retrievals at " + url);
        });
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
        return new Poll(LOOK)
                .until(PATIENCE, () -> {
                    requireAlive(household.node(), what);
                    requireAlive(household.chain(), what);
                    return look.get();
                })
                .orElseThrow(() -> household
                        .node()
                        .failed("did not bring " + what + " within " + PATIENCE.toMinutes() + " minutes"));
    }

    private static void requireAlive(Program program, String what) {
        if (!program.isAlive()) {
            throw program.failed("ended while the demo waited for " + what);
        }
    }
}
