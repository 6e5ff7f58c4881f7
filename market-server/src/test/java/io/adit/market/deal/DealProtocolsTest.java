package io.adit.market.deal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signatures;
import io.adit.core.state.DealCheckpoint;
import io.adit.libp2p.Host;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Stream;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.market.deal.wire.AskRequest;
import io.adit.market.deal.wire.AskResponse;
import io.adit.market.deal.wire.DealResponse;
import io.adit.market.deal.wire.DealStatusRequest;
import io.adit.market.deal.wire.DealStatusResponse;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.policy.ProposalVerdict;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The deal protocols over real libp2p streams. The client never half-closes, as Boost's does not. */
@Timeout(30)
class DealProtocolsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final UUID DEAL = new UUID(0x1234, 0x5678);

    @TempDir
    Path folder;

    private DealBench bench;

    @SuppressWarnings("NullAway.Init") // set up before every test
    DealProtocolsTest() {}

    @BeforeEach
    void start() throws Exception {
        bench = new DealBench(folder);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void acceptsAGoodProposal_andHasItOnDiskBeforeAnswering() throws Exception {
        var response = propose(DealProtocols.PROPOSE_1_2_1, Proposals.good(DEAL).toCbor());

        assertThat(response).isEqualTo(new DealResponse(true, ""));
        assertThat(bench.deal(DEAL).checkpoint()).isEqualTo(DealCheckpoint.Accepted);
        assertThat(bench.unfinishedTasks()).singleElement().satisfies(task -> {
            assertThat(task.kind()).isEqualTo(FetchTask.KIND);
            assertThat(task.key()).isEqualTo(DEAL.toString());
        });
    }

    @Test
    void acceptsTheFiveFieldForm_overVersion120() throws Exception {
        var response = propose(DealProtocols.PROPOSE_1_2_0, Proposals.good(DEAL).toCborV120());

        assertThat(response.accepted()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "CLIENT_DENIED",
                "CLIENT_NOT_ALLOWED",
                "STAGING_FULL",
                "STAGING_SHARE",
                "TOO_MANY_DEALS",
                "TOO_MANY_DEALS_OF_CLIENT",
                "QUEUE_FULL",
                "SEALING_FULL",
                "QUEUE_TOO_LONG",
                "TRANSFER_TOO_LONG"
            })
    void answersWithTheReason_andStoresNothing(Proposals bad) throws Exception {
        var response = propose(DealProtocols.PROPOSE_1_2_1, bad.params(DEAL).toCbor());

        assertThat(response.accepted()).isFalse();
        assertThat(response.message()).startsWith(bad.name() + ": ").contains(" must be ", ", given ", "; ");
        assertNothingStored();
    }

    @Test
    void refusesWhatDoesNotFitTheStagingSpace() throws Exception {
        for (int i = 0; i < 11; i++) {
            var params = TestDeals.params(new UUID(1, i), TestDeals.data(100 + i, 900), "http://127.0.0.1:1/" + i);
            assertThat(bench.pipeline.desk().propose(params)).isEqualTo(new ProposalVerdict.Accepted());
        }

        var response = propose(
                DealProtocols.PROPOSE_1_2_1, Proposals.STAGING_FULL.params(DEAL).toCbor());

        assertThat(response.message()).startsWith("STAGING_FULL: ").contains("at most 100 ");
    }

    @Test
    void countsWhatTheClientPromisedToOtherDeals_againstItsEscrow() throws Exception {
        var needed = Proposals.good(DEAL).proposal().proposal().clientBalanceRequirement();
        bench.chain.escrow(TestDeals.CLIENT.address(), needed.times(2).minus(TokenAmount.ofAtto(1)));
        bench.pipeline.desk().propose(TestDeals.params(new UUID(1, 1), TestDeals.data(5, 900), "http://127.0.0.1:1/b"));

        var response = propose(DealProtocols.PROPOSE_1_2_1, Proposals.good(DEAL).toCbor());

        assertThat(response.message()).startsWith("CLIENT_ESCROW_TOO_LOW: ");
    }

    /** One account, one escrow, whatever it is called. */
    @Test
    void countsWhatTheClientPromised_underAnotherOfItsNames() throws Exception {
        var id = Address.ofId(1234);
        var other = new UUID(7, 8);
        var needed = Proposals.good(DEAL).proposal().proposal().clientBalanceRequirement();
        bench.chain.name(id, TestDeals.CLIENT.address());
        bench.chain.escrow(TestDeals.CLIENT.address(), needed.times(2).minus(TokenAmount.ofAtto(1)));

        assertThat(propose(
                        DealProtocols.PROPOSE_1_2_1, Proposals.client(DEAL, id).toCbor()))
                .isEqualTo(new DealResponse(true, ""));
        var byKey = propose(DealProtocols.PROPOSE_1_2_1, Proposals.good(other).toCbor());

        assertThat(byKey.message()).startsWith("CLIENT_ESCROW_TOO_LOW: ");
        assertThat(bench.deal(DEAL).client()).isEqualTo(TestDeals.CLIENT.address());
        bench.chain.escrow(TestDeals.CLIENT.address(), needed.times(2));
        assertThat(propose(DealProtocols.PROPOSE_1_2_1, Proposals.good(other).toCbor()))
                .isEqualTo(new DealResponse(true, ""));
        assertThat(bench.store.<Long>read(tx -> StoredDeals.staged(tx, Set.of(TestDeals.CLIENT.address()))
                        .transferBytes()))
                .isEqualTo(1800);
    }

    @Test
    void givesTheSameAnswer_whenTheSameDealIsProposedAgain() throws Exception {
        propose(DealProtocols.PROPOSE_1_2_1, Proposals.good(DEAL).toCbor());

        assertThat(propose(DealProtocols.PROPOSE_1_2_1, Proposals.good(DEAL).toCbor())
                        .accepted())
                .isTrue();
        assertThat(bench.deals()).hasSize(1);
    }

    @Test
    void refusesAUuidOfAnotherDeal_andAProposalUnderAnotherUuid() throws Exception {
        propose(DealProtocols.PROPOSE_1_2_1, Proposals.good(DEAL).toCbor());
        var other = TestDeals.params(DEAL, TestDeals.data(2, 900), "http://127.0.0.1:1/b");

        assertThat(propose(DealProtocols.PROPOSE_1_2_1, other.toCbor()).message())
                .startsWith("UUID_REUSED: DealUUID");
        assertThat(propose(
                                DealProtocols.PROPOSE_1_2_1,
                                Proposals.good(new UUID(7, 7)).toCbor())
                        .message())
                .startsWith("UUID_REUSED: ClientDealProposal");
        assertThat(bench.deals()).hasSize(1);
    }

    @Test
    void refusesAClientWhoseKeyTheChainDoesNotKnow() throws Exception {
        var response = propose(
                DealProtocols.PROPOSE_1_2_1,
                Proposals.client(DEAL, Address.ofId(777)).toCbor());

        assertThat(response.message())
                .startsWith("UNKNOWN_CLIENT: Client must be an account with a secp256k1 or BLS key, given ")
                .contains("0777", "f1 or f3");
        assertNothingStored();
    }

    @Test
    void asksToComeBack_whenTheChainDoesNotAnswer() throws Exception {
        bench.chain.goAway(true);

        assertThat(propose(DealProtocols.PROPOSE_1_2_1, Proposals.good(DEAL).toCbor())
                        .message())
                .startsWith("NOT_READY: ");
        assertNothingStored();
    }

    @Test
    void saysWhatIsWrong_withCborThatIsNoProposal() throws Exception {
        assertThat(propose(DealProtocols.PROPOSE_1_2_1, new byte[] {(byte) 0xa0})
                        .message())
                .startsWith("MALFORMED_PROPOSAL: DealParams must be ");
        assertNothingStored();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "ht\ntp", "\u0085"})
    void refusesATransferTypeThatNoDatabaseStores(String type) throws Exception {
        var proposal = TestDeals.proposal(CommP.of(TestDeals.data(3, 900)));
        var params = TestDeals.signed(DEAL, proposal, TestDeals.CLIENT, new Transfer(900, type, new byte[0], ""));

        assertThat(propose(DealProtocols.PROPOSE_1_2_1, params.toCbor()).message())
                .startsWith("MALFORMED_PROPOSAL: ")
                .contains("Transfer's Type holds control characters");
        assertNothingStored();
    }

    @Test
    void saysWhatIsWrong_withAProposalThatIsCutShort() throws Exception {
        var whole = Proposals.good(DEAL).toCbor();
        try (var stream = open(DealProtocols.PROPOSE_1_2_1)) {
            stream.write(whole, 0, whole.length - 10);
            stream.closeWrite();

            assertThat(response(stream).message()).startsWith("MALFORMED_PROPOSAL: ");
        }
        assertNothingStored();
    }

    /** Arrays nested a million deep, a map that says it is huge, a string that says so, more than a megabyte. */
    @ParameterizedTest
    @ValueSource(strings = {"nested", "map", "bytes", "long"})
    void refusesAttacksOnMemory(String attack) throws Exception {
        var bytes = attack(attack);
        var before = usedMemory();
        for (int i = 0; i < 20; i++) {
            try (var stream = open(DealProtocols.PROPOSE_1_2_1)) {
                stream.write(bytes, 0, bytes.length);
                assertThat(response(stream).message()).startsWith("MALFORMED_PROPOSAL: ");
            } catch (Libp2pException e) {
                assertThat(e.kind()).isEqualTo(Libp2pException.Kind.STREAM_RESET);
            }
        }

        assertThat(usedMemory() - before).isLessThan(64L << 20);
        assertNothingStored();
    }

    private static byte[] attack(String name) {
        var bytes = new byte[name.equals("nested") ? 1_000_000 : (1 << 20) + 4096];
        switch (name) {
            case "nested" -> {
                Arrays.fill(bytes, (byte) 0x81);
                bytes[bytes.length - 1] = 0;
            }
            case "map" -> System.arraycopy(new byte[] {(byte) 0xbb, 0x7f, -1, -1, -1, -1, -1, -1, -1}, 0, bytes, 0, 9);
            case "bytes" -> System.arraycopy(new byte[] {0x5b, 0x7f, -1, -1, -1, -1, -1, -1, -1}, 0, bytes, 0, 9);
            default -> System.arraycopy(new byte[] {(byte) 0x9a, 0, 0x10, 0, 0}, 0, bytes, 0, 5);
        }
        return bytes;
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void answersTheAsk_signedByTheWorker_andOnlyItsOwn() throws Exception {
        var signed = AskResponse.fromCbor(exchange(DealProtocols.ASK, new AskRequest(TestDeals.MINER).toCbor()))
                .ask()
                .orElseThrow();

        assertThat(signed.ask().price()).isEqualTo(TestDeals.TERMS.prices().base());
        assertThat(signed.ask().maxPieceSize()).isEqualTo(2048);
        assertThat(Signatures.verify(TestDeals.WORKER.address(), signed.ask().toCbor(), signed.signature()))
                .isTrue();
        assertThat(AskResponse.fromCbor(exchange(DealProtocols.ASK, new AskRequest(Address.ofId(5)).toCbor()))
                        .ask())
                .isEmpty();
        bench.chain.advance(5);
        assertThat(AskResponse.fromCbor(exchange(DealProtocols.ASK, new AskRequest(TestDeals.MINER).toCbor()))
                        .ask()
                        .orElseThrow())
                .isEqualTo(signed);
    }

    @Test
    void tellsTheStatus_toTheClientOnly() throws Exception {
        bench.pipeline.desk().propose(Proposals.good(DEAL));

        var good = status(DEAL, TestDeals.CLIENT.sign(DealStatusRequest.signedBytes(DEAL)));
        var bad = status(DEAL, TestDeals.WORKER.sign(DealStatusRequest.signedBytes(DEAL)));
        var unknown = new UUID(9, 9);

        assertThat(good.error()).isEmpty();
        assertThat(good.transferSize()).isEqualTo(900);
        var status = good.status().orElseThrow();
        assertThat(status.status()).isEqualTo("Accepted");
        assertThat(status.proposal()).isEqualTo(Proposals.good(DEAL).proposal().proposal());
        assertThat(bad.error()).startsWith("signature verification failed");
        assertThat(bad.status()).isEmpty();
        assertThat(status(unknown, TestDeals.CLIENT.sign(DealStatusRequest.signedBytes(unknown)))
                        .error())
                .isEqualTo("no storage deal found with deal UUID " + unknown);
    }

    @Test
    void writesTheTransports_withoutBeingAsked() throws Exception {
        try (var stream = open(DealProtocols.TRANSPORTS)) {
            var answer = RetrievalTransports.fromCbor(item(stream));

            assertThat(answer.protocols()).hasSize(1);
            assertThat(answer.protocols().getFirst().name()).isEqualTo("http");
        }
    }

    @Test
    void resetsAQuestionThatIsNone() throws Exception {
        assertThatThrownBy(() -> exchange(DealProtocols.STATUS, new byte[] {0x01}))
                .isInstanceOf(IOException.class);
    }

    /** As many as the host admits of one peer; each would wait for its first byte. */
    @Test
    void answersAProposal_whileAnotherPeerHoldsHundredsOfSilentStreams() throws Exception {
        try (var other = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                .build()) {
            other.start();
            var silent = new ArrayList<Stream>();
            for (int i = 0; i < 500; i++) {
                silent.add(open(DealProtocols.PROPOSE_1_2_1));
            }
            var good = Proposals.good(DEAL).toCbor();
            try (var stream = other.newStream(
                    bench.provider.addresses().getFirst(), List.of(DealProtocols.PROPOSE_1_2_1), TIMEOUT)) {
                stream.setWriteDeadline(TIMEOUT);
                stream.write(good, 0, good.length);

                assertThat(response(stream)).isEqualTo(new DealResponse(true, ""));
            }
            silent.forEach(Stream::reset);
        }
    }

    /** They hold places for long proposals, of which one peer gets few, and none that a short one needs. */
    @Test
    void answersLongProposals_whileAnotherPeerNeverEndsIts() throws Exception {
        var start = Arrays.copyOf(attack("long"), 8 << 10);
        try (var other = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, new SecureRandom()))
                .build()) {
            other.start();
            var slow = new ArrayList<Stream>();
            for (int i = 0; i < 100; i++) {
                var stream = open(DealProtocols.PROPOSE_1_2_1);
                stream.write(start, 0, start.length);
                slow.add(stream);
            }
            var whole = new byte[16 << 10];
            // A byte string of 16,380 bytes: long, and no proposal.
            System.arraycopy(new byte[] {0x59, 0x3f, (byte) 0xfd}, 0, whole, 0, 3);
            try (var stream = other.newStream(
                    bench.provider.addresses().getFirst(), List.of(DealProtocols.PROPOSE_1_2_1), TIMEOUT)) {
                stream.setWriteDeadline(TIMEOUT);
                stream.write(whole, 0, whole.length);

                assertThat(response(stream).message()).startsWith("MALFORMED_PROPOSAL: ");
            }
            slow.forEach(Stream::reset);
        }
    }

    private void assertNothingStored() {
        assertThat(bench.deals()).isEmpty();
        assertThat(bench.unfinishedTasks()).isEmpty();
    }

    private DealStatusResponse status(UUID uuid, Signature signature) throws IOException {
        return DealStatusResponse.fromCbor(
                exchange(DealProtocols.STATUS, new DealStatusRequest(uuid, signature).toCbor()));
    }

    private DealResponse propose(String protocol, byte[] proposal) throws IOException {
        return DealResponse.fromCbor(exchange(protocol, proposal));
    }

    private byte[] exchange(String protocol, byte[] question) throws IOException {
        try (var stream = open(protocol)) {
            stream.write(question, 0, question.length);
            return item(stream);
        }
    }

    private static DealResponse response(Stream stream) throws IOException {
        return DealResponse.fromCbor(item(stream));
    }

    private static byte[] item(Stream stream) throws IOException {
        stream.setReadDeadline(TIMEOUT);
        return CborReader.readOneItem(stream.input(), 1 << 20);
    }

    private Stream open(String protocol) throws IOException {
        var stream = bench.client.newStream(bench.provider.addresses().getFirst(), List.of(protocol), TIMEOUT);
        stream.setWriteDeadline(TIMEOUT);
        return stream;
    }
}
