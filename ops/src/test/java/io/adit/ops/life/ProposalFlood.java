package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.SimpleFileServer;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.GoPrograms;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.TokenAmount;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.DealResponse;
import io.adit.market.deal.wire.Transfer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Many go-libp2p clients, each with an address and a key of its own, that propose deals to a node without a pause until they are
 * told to stop. Of each ten proposals seven are good, one of those with data to fetch; three break a rule each.
 */
final class ProposalFlood implements AutoCloseable {
    /** What a node must be told so that good deals are taken however many there are. None of them is sealed. */
    static final Map<String, String> SETTINGS = Map.of(
            "market.price-per-gib-epoch", "0 FIL",
            "market.max-deals-under-way", "1000000",
            "market.max-deals-under-way-per-client", "1000000",
            "market.max-staging-bytes", "1TiB",
            "market.max-staging-bytes-per-client", "1TiB",
            "market.publish-period", "1h",
            "market.publish-max-deals", "256");

    private static final HexFormat HEX = HexFormat.of();
    private static final String PROTOCOL = "/fil/storage/mk/1.2.1";
    private static final byte[] DATA = data(7);
    private static final PieceInfo PIECE = CommP.of(DATA);
    /** Of the offline deals: it never comes. */
    private static final PieceInfo AWAY = CommP.of(data(8));

    private static final long EPOCHS = 518_400;

    /** Fewer than are published in one message, so that the node waits for more. */
    private static final int MOST_FETCHED = 200;

    private static final String[] FATES = {
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
        "ACCEPTED",
        "PROVIDER_COLLATERAL_OUT_OF_BOUNDS",
        "WRONG_PROVIDER",
        "BAD_SIGNATURE"
    };

    private final List<PrivateKey> keys;
    private final DealProposal good;
    private final String url;
    private final com.sun.net.httpserver.HttpServer web;
    private final Process clients;
    private final Thread proposing;
    private final Thread listening;
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private volatile boolean enough;

    /**
     * An answered proposal.
     *
     * @param line its number, from 0
     * @param fate ACCEPTED, or the code of its rejection
     * @param micros from its first byte to the answer, in the try that was answered
     */
    record Answer(int line, String fate, long micros) {
        static Answer parse(String text) {
            var words = text.split(" ");
            var response = DealResponse.fromCbor(HEX.parseHex(words[1]));
            return new Answer(
                    Integer.parseInt(words[0]),
                    response.accepted() ? "ACCEPTED" : response.message().split(":")[0],
                    Long.parseLong(words[2]));
        }
    }

    private static byte[] data(int seed) {
        var data = new byte[900];
        new Random(seed).nextBytes(data);
        return data;
    }

    /** The keys of that many clients, which the chain must know before the flood. */
    static List<PrivateKey> keys(int clients) {
        return IntStream.range(0, clients)
                .mapToObj(client -> {
                    var secret = new byte[32];
                    secret[30] = (byte) (1 + client / 200);
                    secret[31] = (byte) (1 + client % 200);
                    return PrivateKey.of(SignatureType.SECP256K1, secret);
                })
                .toList();
    }

    /** Begins. */
    ProposalFlood(Path folder, FullNode chain, Address miner, String provider, List<PrivateKey> keys)
            throws IOException, InterruptedException {
        this.keys = keys;
        var collateral = chain.stateDealProviderCollateralBounds(PIECE.size(), false, TipSetKey.EMPTY)
                .min()
                .times(3)
                .dividedBy(2);
        var start = chain.chainHead().height().plus(30_000);
        this.good = new DealProposal(
                PIECE.pieceCidV1(),
                PIECE.size().bytes(),
                false,
                keys.getFirst().address(),
                miner,
                new DealLabel.Text(""),
                start,
                start.plus(EPOCHS),
                TokenAmount.ZERO,
                collateral,
                TokenAmount.ZERO);
        var served = Files.createDirectories(folder.resolve("web"));
        Files.write(served.resolve("data"), DATA);
        web = SimpleFileServer.createFileServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                served.toAbsolutePath(),
                SimpleFileServer.OutputLevel.NONE);
        web.start();
        url = "http://127.0.0.1:" + web.getAddress().getPort() + "/data";
        clients = new ProcessBuilder(
                        GoPrograms.build(Path.of("..", "market-server", "src", "test", "go", "dealpeer"))
                                .toString(),
                        provider,
                        String.valueOf(keys.size()))
                .redirectError(folder.resolve("flood.log").toFile())
                .start();
        proposing = Thread.ofVirtual().start(this::propose);
        listening = Thread.ofVirtual().start(this::listen);
    }

    private void propose() {
        try (var out = new PrintWriter(clients.outputWriter(StandardCharsets.US_ASCII), true)) {
            for (int line = 0; !enough && !out.checkError(); line++) {
                out.println(PROTOCOL + " " + HEX.formatHex(proposal(line).toCbor()));
            }
        }
    }

    private DealParams proposal(int line) {
        var key = keys.get(line % keys.size());
        boolean fetched = line % FATES.length == 6 && line / FATES.length < MOST_FETCHED;
        var piece = (fetched ? PIECE : AWAY).pieceCidV1();
        var proposal =
                good.withPieceCid(piece).withClient(key.address()).withLabel(new DealLabel.Text("flood " + line));
        switch (line % FATES.length) {
            case 7 -> proposal = proposal.withProviderCollateral(TokenAmount.ZERO);
            case 8 -> proposal = proposal.withProvider(Address.ofId(999));
            case 9 -> key = keys.get((line + 1) % keys.size());
            default -> {}
        }
        return new DealParams(
                new UUID(0xf100d, line),
                !fetched,
                new ClientDealProposal(proposal, key.sign(proposal.toCbor())),
                piece,
                fetched
                        ? new Transfer(
                                DATA.length,
                                "http",
                                ("{\"URL\":\"" + url + "\"}").getBytes(StandardCharsets.UTF_8),
                                "1")
                        : new Transfer(DATA.length, "", new byte[0], ""),
                false,
                false);
    }

    private void listen() {
        try (BufferedReader in = clients.inputReader(StandardCharsets.US_ASCII)) {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                answers.add(Answer.parse(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many are answered so far. */
    int answered() {
        return answers.size();
    }

    boolean isAlive() {
        return clients.isAlive();
    }

    /** Lets every proposal that was begun be answered, judges the answers, and says what there was. */
    String stop() throws InterruptedException {
        enough = true;
        proposing.join();
        listening.join();
        assertThat(clients.waitFor()).isZero();
        Collection<Answer> all = new ArrayList<>(answers);
        assertThat(all)
                .allSatisfy(answer -> assertThat(answer.fate())
                        .as("line %d", answer.line())
                        .isEqualTo(FATES[answer.line() % FATES.length]));
        var times = all.stream().map(Answer::micros).sorted().toList();
        return String.format(
                Locale.ROOT,
                "%d proposals answered, median %.0f ms, p99 %.0f ms: %s",
                all.size(),
                times.get(times.size() / 2) / 1e3,
                times.get(times.size() * 99 / 100) / 1e3,
                all.stream().collect(Collectors.groupingBy(Answer::fate, Collectors.counting())));
    }

    @Override
    public void close() {
        clients.destroyForcibly();
        web.stop(0);
    }
}
