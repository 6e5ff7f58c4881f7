package io.adit.devnet;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.AddBalanceParams;
import io.adit.chain.actor.ClientDealProposal;
import io.adit.chain.actor.CreateMinerParams;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.PieceActivationManifest;
import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.PreCommitSectorBatch2Params;
import io.adit.chain.actor.ProveCommitSectors3Params;
import io.adit.chain.actor.PublishStorageDealsParams;
import io.adit.chain.actor.PublishStorageDealsReturn;
import io.adit.chain.actor.SectorActivationManifest;
import io.adit.chain.actor.SectorOnChainInfo;
import io.adit.chain.actor.SectorPreCommitInfo;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.CborRecord;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.PaddedSize;
import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.PieceTree;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A provider and a client with keys, driving a stepped devnet by messages as real ones would. */
public final class Provider {
    public static final RegisteredSealProof SEAL = RegisteredSealProof.STACKED_DRG_2KIB_V1_1;
    public static final PaddedSize SECTOR = new PaddedSize(2048);
    private static final long LIFETIME = 200 * 2880L;

    private final Devnet devnet;
    private final FullNode node;
    private final PrivateKey worker;
    private final PrivateKey client = key("client", SignatureType.SECP256K1);
    private Address miner = Address.ofId(0);

    public Provider(Devnet devnet, FullNode node) {
        this(devnet, node, "worker");
    }

    /** One of several providers on a chain. */
    public Provider(Devnet devnet, FullNode node, String workerName) {
        this.worker = key(workerName, SignatureType.BLS);
        this.devnet = devnet;
        this.node = node;
        devnet.ledger().fund(worker.address(), TokenAmount.ofFil(10_000));
        devnet.ledger().fund(client.address(), TokenAmount.ofFil(1_000));
        devnet.advance(1);
    }

    public static PrivateKey key(String name, SignatureType type) {
        var scalar = Hashes.sha256(name.getBytes(StandardCharsets.UTF_8));
        scalar[0] &= 0x3f;
        return PrivateKey.of(type, scalar);
    }

    public Address miner() {
        return miner;
    }

    public PrivateKey worker() {
        return worker;
    }

    public PrivateKey client() {
        return client;
    }

    /** Estimates, signs and pushes a message of the worker. */
    public Cid push(Address to, TokenAmount value, long method, byte[] params) {
        return push(worker, to, value, method, params);
    }

    public Cid push(PrivateKey from, Address to, TokenAmount value, long method, byte[] params) {
        var nonce = node.mpoolGetNonce(from.address());
        var estimated = node.gasEstimateMessageGas(
                Message.unpriced(from.address(), to, value, method, params), Optional.empty(), TipSetKey.EMPTY);
        return pushPriced(from, estimated, nonce);
    }

    /** Signs and pushes without asking whether the message will succeed. */
    public Cid pushBlind(Address to, TokenAmount value, long method, byte[] params) {
        var unpriced = Message.unpriced(worker.address(), to, value, method, params);
        var priced = new Message(
                0,
                unpriced.to(),
                unpriced.from(),
                0,
                unpriced.value(),
                500_000_000,
                TokenAmount.ofAtto(1_000_000),
                TokenAmount.ofAtto(100_000),
                method,
                params);
        return pushPriced(worker, priced, node.mpoolGetNonce(worker.address()));
    }

    private Cid pushPriced(PrivateKey from, Message priced, long nonce) {
        var message = new Message(
                0,
                priced.to(),
                from.address(),
                nonce,
                priced.value(),
                priced.gasLimit(),
                priced.gasFeeCap(),
                priced.gasPremium(),
                priced.method(),
                priced.params());
        return node.mpoolPush(new SignedMessage(message, from.sign(message.signingBytes())));
    }

    /** Makes two blocks (one carries the message, the next knows the receipt) and looks the message up. */
    public MessageReceipt land(Cid message) {
        devnet.advance(2);
        return node.stateSearchMsg(TipSetKey.EMPTY, message, -1, true)
                .orElseThrow()
                .receipt();
    }

    public MessageReceipt run(Address to, TokenAmount value, long method, CborRecord params) {
        return land(push(to, value, method, params.toCbor()));
    }

    public MessageReceipt runBlind(Address to, long method, CborRecord params) {
        return land(pushBlind(to, TokenAmount.ZERO, method, params.toCbor()));
    }

    /** Creates the miner actor. */
    public Address createMiner() {
        var deposit = node.stateMinerCreationDeposit(TipSetKey.EMPTY);
        var params = new CreateMinerParams(
                worker.address(), worker.address(), SEAL.windowPoSt().number(), new byte[0], List.of());
        var receipt = run(Actor.POWER, deposit, 2, params);
        miner = CreateMinerReturn.fromCbor(receipt.returnValue()).idAddress();
        return miner;
    }

    /** Puts money into the market's escrow for the client and the miner. */
    public void fillEscrow() {
        var ten = TokenAmount.ofFil(10);
        land(push(client, Actor.MARKET, ten, 2, new AddBalanceParams(client.address()).toCbor()));
        run(Actor.MARKET, ten, 2, new AddBalanceParams(miner));
    }

    /** A deal over 2 KiB for the whole sector, signed by the client. */
    public ClientDealProposal proposal(String label, PieceInfo piece) {
        long start = devnet.epoch() + 200;
        var collateral = node.stateDealProviderCollateralBounds(piece.size(), false, TipSetKey.EMPTY)
                .min();
        var proposal = new DealProposal(
                piece.pieceCidV1(),
                piece.size().bytes(),
                false,
                client.address(),
                miner,
                new DealLabel.Text(label),
                new Epoch(start),
                new Epoch(start + 180 * 2880L),
                TokenAmount.ofAtto(1_000),
                collateral,
                TokenAmount.ZERO);
        return new ClientDealProposal(proposal, client.sign(proposal.toCbor()));
    }

    public PublishStorageDealsReturn publish(ClientDealProposal... deals) {
        var receipt = run(Actor.MARKET, TokenAmount.ZERO, 4, new PublishStorageDealsParams(List.of(deals)));
        return PublishStorageDealsReturn.fromCbor(receipt.returnValue());
    }

    /** Pre-commits a sector whose data are the pieces; none for zeroes. */
    public MessageReceipt preCommit(long number, PieceInfo... pieces) {
        return preCommit(number, commR(number), pieces);
    }

    /** As {@link #preCommit(long, PieceInfo...)}, for a replica that exists. */
    public MessageReceipt preCommit(long number, Commitment replica, PieceInfo... pieces) {
        var head = node.chainHead().height();
        var commD = pieces.length == 0
                ? Optional.<Cid>empty()
                : Optional.of(PieceTree.commD(List.of(pieces), SECTOR).asUnsealedCid());
        var info = new SectorPreCommitInfo(
                SEAL.number(),
                new SectorNumber(number),
                replica.asSealedCid(),
                head.minus(5),
                List.of(),
                head.plus(LIFETIME + 100_000),
                commD);
        var deposit = node.stateMinerPreCommitDepositForPower(miner, info, TipSetKey.EMPTY);
        return run(miner, deposit, 28, new PreCommitSectorBatch2Params(List.of(info)));
    }

    /** A made-up replica commitment that the field of the proofs has room for. */
    public static Commitment commR(long number) {
        var bytes = Hashes.sha256(("replica " + number).getBytes(StandardCharsets.UTF_8));
        bytes[31] &= 0x1f;
        return Commitment.of(bytes);
    }

    /** Waits for the seed and proves a pre-committed sector. */
    public MessageReceipt prove(long number, PieceActivationManifest... pieces) {
        awaitSeed(number);
        var pledge = node.stateMinerInitialPledgeForSector(LIFETIME, SEAL.sectorSize(), 0, TipSetKey.EMPTY);
        return run(miner, pledge, 34, commit(number, pieces));
    }

    /** As {@link #prove}, without asking whether it will succeed. */
    public MessageReceipt proveBlind(long number) {
        awaitSeed(number);
        return land(pushProof(number));
    }

    /** Pushes a seal proof as it is. */
    public Cid pushProof(long number) {
        return pushBlind(miner, TokenAmount.ZERO, 34, commit(number).toCbor());
    }

    private void awaitSeed(long number) {
        var found = node.stateSectorPreCommitInfo(miner, new SectorNumber(number), TipSetKey.EMPTY)
                .orElseThrow();
        devnet.advanceTo(found.preCommitEpoch().value() + 10);
    }

    private static ProveCommitSectors3Params commit(long number, PieceActivationManifest... pieces) {
        return new ProveCommitSectors3Params(
                List.of(new SectorActivationManifest(new SectorNumber(number), List.of(pieces))),
                List.of(RecordingProofs.validProof()),
                new byte[0],
                Optional.empty(),
                true,
                true);
    }

    /** The miner's proven sectors. */
    public List<SectorOnChainInfo> sectors() {
        return node.stateMinerSectors(miner, Optional.empty(), TipSetKey.EMPTY);
    }

    /** Moves to the sector's next open deadline. Returns it. */
    public long awaitDeadline(long number) {
        var at = node.stateSectorPartition(miner, new SectorNumber(number), TipSetKey.EMPTY);
        var info = node.stateMinerProvingDeadline(miner, TipSetKey.EMPTY);
        long period = info.wPoStProvingPeriod();
        long open = info.periodStart().value() + at.deadline() * info.wPoStChallengeWindow();
        while (open <= devnet.epoch()) {
            open += period;
        }
        devnet.advanceTo(open);
        return at.deadline();
    }

    /** A proof for the open deadline's partition 0. */
    public SubmitWindowedPoStParams windowProof(long deadline, byte[] proof, long... skipped) {
        var info = node.stateMinerProvingDeadline(miner, TipSetKey.EMPTY);
        var commit = info.challenge();
        var randomness = node.stateGetRandomnessFromTickets(9, commit, new byte[0], TipSetKey.EMPTY);
        return new SubmitWindowedPoStParams(
                deadline,
                List.of(new PoStPartition(0, BitField.of(skipped))),
                List.of(new PoStProof(SEAL.windowPoSt().number(), proof)),
                commit,
                randomness.bytes());
    }

    public MessageReceipt submitWindow(long deadline, long... skipped) {
        return runBlind(miner, 5, windowProof(deadline, RecordingProofs.validProof(), skipped));
    }
}
