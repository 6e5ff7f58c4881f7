package io.adit.market.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.actor.Actor;
import io.adit.chain.actor.AddBalanceParams;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.message.MessageErrorCode;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.node.FullNode;
import io.adit.chain.signer.SigningContents;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.CborRecord;
import io.adit.chain.type.ExitCode;
import io.adit.chain.type.TipSetKey;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.CommP;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.UnixFsOptions;
import io.adit.core.ipld.UnixFsPacker;
import io.adit.core.keys.Signatures;
import io.adit.core.keys.Signer;
import io.adit.core.state.MessageState;
import io.adit.core.state.SqlStateStore;
import io.adit.libp2p.Host;
import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.identity.Identity;
import io.adit.libp2p.identity.KeyType;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.market.deal.DealProtocols;
import io.adit.market.deal.wire.AskRequest;
import io.adit.market.deal.wire.AskResponse;
import io.adit.market.deal.wire.DealParams;
import io.adit.market.deal.wire.DealResponse;
import io.adit.market.deal.wire.DealStatusRequest;
import io.adit.market.deal.wire.DealStatusResponse;
import io.adit.market.deal.wire.RetrievalTransports;
import io.adit.market.deal.wire.SignedStorageAsk;
import io.adit.market.deal.wire.Transfer;
import io.adit.market.policy.DealTerms;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes deals with a provider: packs, asks, pays, proposes, and serves the CAR until it was fetched. Money moves through a
 * durable outbox of the client's own: a payment that a crash interrupted is finished, not made again.
 */
public final class DealClient implements AutoCloseable {
    private static final List<String> PROPOSE = List.of(DealProtocols.PROPOSE_1_2_1, DealProtocols.PROPOSE_1_2_0);
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final Duration CHAIN_PATIENCE = Duration.ofMinutes(15);
    private static final int MAX_ANSWER = 1 << 20;

    private final FullNode node;
    private final Signer signer;
    private final Path directory;
    private final SqlStateStore store;
    private final MessageOutbox outbox;
    private final Host host;
    private final CarServer cars;
    private final SecureRandom random;

    /** A client whose CARs are fetched over loopback. */
    public DealClient(FullNode node, Signer signer, Path directory, SecureRandom random, InstantSource clock) {
        this(
                node,
                signer,
                directory,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                random,
                clock);
    }

    /**
     * A client.
     *
     * @param signer holds the key that pays
     * @param directory CARs and what was sent to the chain; made when it does not exist
     * @param listen where the CARs are served
     * @param announce the base of their URLs as the provider sees it, {@code http://host:port}; needed when {@code listen}
     *     is every address of the machine or lies behind a router
     */
    public DealClient(
            FullNode node,
            Signer signer,
            Path directory,
            InetSocketAddress listen,
            Optional<URI> announce,
            SecureRandom random,
            InstantSource clock) {
        this.node = node;
        this.signer = signer;
        this.directory = directory;
        this.random = random;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new AditException(ClientErrorCode.CLIENT_FILE, "making " + directory, e);
        }
        store = SqlStateStore.sqlite(directory.resolve("client.db"), clock);
        outbox = new MessageOutbox(store, node, signer, clock);
        host = Host.builder()
                .identity(Identity.generate(KeyType.ED25519, random))
                .agent("adit-client/0.1.0")
                .build();
        cars = new CarServer(listen, announce, random);
        try {
            host.start();
        } catch (Libp2pException e) {
            throw new AditException(ClientErrorCode.PROVIDER_UNREACHABLE, "starting the client's host", e);
        }
    }

    /** Packs a file into a CAR in the client's folder, named by its root: another file never takes its place. */
    public PackedPiece pack(Path file) {
        try {
            var unnamed = Files.createTempFile(directory, "packing-", ".car");
            var packed = pack(file, unnamed);
            var car = directory.resolve(packed.root() + ".car");
            Files.move(unnamed, car, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new PackedPiece(car, packed.root(), packed.piece(), packed.carSize());
        } catch (IOException e) {
            throw new AditException(
                    ClientErrorCode.CLIENT_FILE, "packing " + file + " into " + directory + ": " + e, e);
        }
    }

    /** Packs a file into a CAR (UnixFS, 1 MiB raw leaves, CIDv1) and computes the CAR's CommP. */
    public static PackedPiece pack(Path file, Path car) {
        try {
            var packed = UnixFsPacker.pack(file, car, UnixFsOptions.V1_2025);
            try (var in = new BufferedInputStream(Files.newInputStream(car), 1 << 20)) {
                return new PackedPiece(car, packed.root(), CommP.of(in), packed.carSize());
            }
        } catch (IOException e) {
            throw new AditException(ClientErrorCode.CLIENT_FILE, "packing " + file + " into " + car + ": " + e, e);
        }
    }

    /**
     * The provider's ask.
     *
     * @throws AditException {@link ClientErrorCode#ASK_NOT_SIGNED} when the miner's worker did not sign it
     */
    public SignedStorageAsk ask(Multiaddr provider, Address miner) {
        var signed = AskResponse.fromCbor(call(provider, List.of(DealProtocols.ASK), new AskRequest(miner)))
                .ask()
                .orElseThrow(() -> new AditException(
                        ClientErrorCode.NO_ASK,
                        "asking " + provider + " for the price of " + miner + ": it names none"));
        var worker =
                node.stateAccountKey(node.stateMinerInfo(miner, TipSetKey.EMPTY).worker(), TipSetKey.EMPTY);
        if (!signed.ask().miner().equals(miner)
                || !Signatures.verify(worker, signed.ask().toCbor(), signed.signature())) {
            throw new AditException(
                    ClientErrorCode.ASK_NOT_SIGNED,
                    "asking " + provider + " for the price of " + miner + ": the ask is not signed by " + worker);
        }
        return signed;
    }

    /** What keeping the piece costs at this ask. */
    public Quote quote(SignedStorageAsk ask, PackedPiece piece, long epochs) {
        long size = piece.piece().size().bytes();
        var perEpoch = DealTerms.pricePerEpoch(ask.ask().price(), size);
        var bounds = node.stateDealProviderCollateralBounds(piece.piece().size(), false, TipSetKey.EMPTY);
        // A tenth more than the least: the bound moves with the supply until the deal is published.
        var collateral = bounds.min().plus(bounds.min().dividedBy(10));
        return new Quote(
                perEpoch,
                epochs,
                perEpoch.times(epochs),
                collateral,
                size,
                Duration.ofSeconds(node.stateGetNetworkParams().blockDelaySeconds()));
    }

    /**
     * Adds to the client's escrow with the market actor until it holds {@code needed} free; answers once it is on chain. A
     * payment that was begun before, by this client or by one that crashed, is waited for first.
     */
    public void ensureEscrow(Address client, TokenAmount needed) {
        var counter = "escrow." + client;
        int number =
                store.read(tx -> tx.meta().get(counter)).map(Integer::parseInt).orElse(0);
        boolean signed = outbox.record(key(client, number))
                .filter(record -> record.state() != MessageState.INTENT)
                .isPresent();
        if (signed) {
            finish(key(client, number));
        }
        var free = node.stateMarketBalance(client, TipSetKey.EMPTY).available();
        if (free.compareTo(needed) >= 0) {
            return;
        }
        // What was never signed gives way to what is needed now.
        int next = signed || number == 0 ? number + 1 : number;
        // The number is on disk before the payment is, so that the payment is found again.
        store.transactVoid(tx -> tx.meta().put(counter, String.valueOf(next)));
        outbox.send(new MessageIntent(
                key(client, next),
                client,
                Actor.MARKET,
                needed.minus(free),
                MarketMethod.ADD_BALANCE.number(),
                new AddBalanceParams(client).toCbor(),
                TokenAmount.ofFil(1),
                MessagePriority.DEAL));
        long code = await(key(client, next));
        if (code != 0) {
            throw new AditException(
                    ClientErrorCode.ESCROW_REFUSED,
                    "adding to the escrow: " + ExitCode.explain(code, ActorKind.MARKET));
        }
    }

    private void finish(String key) {
        try {
            outbox.resume(key);
            await(key);
        } catch (AditException e) {
            if (e.code() != MessageErrorCode.MESSAGE_NONCE_TAKEN) {
                throw e;
            }
        }
    }

    private static String key(Address client, int number) {
        return "escrow/" + client + "/" + number;
    }

    private long await(String key) {
        try {
            return outbox.await(key, 1, CHAIN_PATIENCE)
                    .map(found -> found.receipt().exitCode())
                    .orElseThrow(() -> new AditException(
                            ClientErrorCode.ESCROW_REFUSED,
                            "adding to the escrow: not executed within " + CHAIN_PATIENCE.toMinutes()
                                    + " minutes; the next call goes on waiting for it"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AditException(ClientErrorCode.ESCROW_REFUSED, "interrupted while waiting for the chain", e);
        }
    }

    /** A name for a deal that nobody has: to be shown or kept before it is proposed under it. */
    public UUID newDeal() {
        var name = new byte[16];
        random.nextBytes(name);
        name[6] = (byte) ((name[6] & 0x0f) | 0x40);
        name[8] = (byte) ((name[8] & 0x3f) | 0x80);
        var bits = ByteBuffer.wrap(name);
        return new UUID(bits.getLong(), bits.getLong());
    }

    /**
     * Signs a proposal and sends it. From here until this client is closed the CAR can be fetched. When the answer is lost,
     * the provider may have said yes: proposing the same under the same name again brings its answer, and no second deal.
     *
     * @param deal the deal's name, from {@link #newDeal}
     * @param start the epoch by which the data must be sealed
     */
    public Proposed propose(
            UUID deal, Multiaddr provider, Address miner, Address client, PackedPiece piece, Quote quote, Epoch start) {
        return propose(provider, sign(deal, miner, client, piece, quote, start));
    }

    /** As {@link #propose}, for data that goes to the provider's operator by other ways: nothing is served. */
    public Proposed proposeOffline(
            UUID deal, Multiaddr provider, Address miner, Address client, PackedPiece piece, Quote quote, Epoch start) {
        var signed = proposal(miner, client, piece, quote, start);
        var transfer = new Transfer(piece.carSize(), "", new byte[0], "");
        return propose(provider, new DealParams(deal, true, signed, piece.root(), transfer, false, false));
    }

    private Proposed propose(Multiaddr provider, DealParams signed) {
        var answer = ask(provider, PROPOSE, signed);
        return new Proposed(signed.uuid(), DealResponse.fromCbor(answer.cbor()), signed.proposal(), answer.protocol());
    }

    /**
     * What the provider would say to the proposal that {@link #propose} makes; nothing is stored and no money moves.
     *
     * @param http the base of the provider's HTTP address, see {@link #httpOf}
     * @return {@code {"accepted","rejections":[{"code","field","limit","given","remedy","message"}],"notChecked"}}
     */
    public JsonNode preflight(URI http, Address miner, Address client, PackedPiece piece, Quote quote, Epoch start) {
        return new PreflightCall(http).ask(sign(newDeal(), miner, client, piece, quote, start));
    }

    /** Where the provider serves HTTP, as it tells over {@code /fil/retrieval/transports/1.0.0}. */
    public Optional<URI> httpOf(Multiaddr provider) {
        try (var stream = host.newStream(provider, List.of(DealProtocols.TRANSPORTS), CALL)) {
            stream.setReadDeadline(CALL);
            var answer = RetrievalTransports.fromCbor(CborReader.readOneItem(stream.input(), MAX_ANSWER));
            return answer.protocols().stream()
                    .filter(protocol -> protocol.name().equals("http"))
                    .flatMap(protocol -> protocol.addresses().stream())
                    .flatMap(address -> PreflightCall.url(Multiaddr.fromBytes(address)).stream())
                    .findFirst();
        } catch (IOException e) {
            throw unreachable(DealProtocols.TRANSPORTS, provider, e);
        }
    }

    private ClientDealProposal proposal(Address miner, Address client, PackedPiece piece, Quote quote, Epoch start) {
        var proposal = new DealProposal(
                piece.piece().pieceCidV1(),
                piece.piece().size().bytes(),
                false,
                client,
                miner,
                new DealLabel.Text(piece.root().toString()),
                start,
                start.plus(quote.epochs()),
                quote.pricePerEpoch(),
                quote.providerCollateral(),
                TokenAmount.ZERO);
        return new ClientDealProposal(proposal, signer.sign(client, SigningContents.dealProposal(proposal)));
    }

    private DealParams sign(UUID deal, Address miner, Address client, PackedPiece piece, Quote quote, Epoch start) {
        var signed = proposal(miner, client, piece, quote, start);
        var url = cars.offer(piece.car());
        var params = ("{\"URL\":\"" + url + "\",\"Headers\":{}}").getBytes(StandardCharsets.UTF_8);
        var transfer = new Transfer(piece.carSize(), "http", params, deal.toString());
        return new DealParams(deal, false, signed, piece.root(), transfer, false, false);
    }

    /** How far a deal has come. */
    public DealStatusResponse status(Multiaddr provider, Address client, UUID deal) {
        var signature = signer.sign(client, SigningContents.dealStatus(deal));
        return DealStatusResponse.fromCbor(
                call(provider, List.of(DealProtocols.STATUS), new DealStatusRequest(deal, signature)));
    }

    /** What came back, and over which of the protocols that were offered. */
    private record Answer(byte[] cbor, String protocol) {}

    private byte[] call(Multiaddr provider, List<String> protocols, CborRecord request) {
        return ask(provider, protocols, request).cbor();
    }

    private Answer ask(Multiaddr provider, List<String> protocols, CborRecord request) {
        try (var stream = host.newStream(provider, protocols, CALL)) {
            stream.setReadDeadline(CALL);
            stream.setWriteDeadline(CALL);
            var bytes = request.toCbor();
            stream.write(bytes, 0, bytes.length);
            return new Answer(CborReader.readOneItem(stream.input(), MAX_ANSWER), stream.protocol());
        } catch (IOException e) {
            throw unreachable(protocols.getFirst(), provider, e);
        }
    }

    private static AditException unreachable(String protocol, Multiaddr provider, IOException e) {
        return new AditException(
                ClientErrorCode.PROVIDER_UNREACHABLE,
                "speaking " + protocol + " with " + provider + ": " + e.getMessage(),
                e);
    }

    @Override
    public void close() {
        cars.close();
        host.close();
        store.close();
    }
}
