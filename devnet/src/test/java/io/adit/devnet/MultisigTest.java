package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.chain.actor.Actor;
import io.adit.chain.actor.ApproveReturn;
import io.adit.chain.actor.ChangeOwnerAddressParams;
import io.adit.chain.actor.ChangeThresholdParams;
import io.adit.chain.actor.CreateMinerReturn;
import io.adit.chain.actor.ExecParams;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.MultisigConstructorParams;
import io.adit.chain.actor.MultisigMethod;
import io.adit.chain.actor.MultisigSignerParams;
import io.adit.chain.actor.MultisigTransaction;
import io.adit.chain.actor.MultisigTransactionParams;
import io.adit.chain.actor.ProposeParams;
import io.adit.chain.actor.ProposeReturn;
import io.adit.chain.actor.SwapSignerParams;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.CborRecord;
import io.adit.chain.type.Message;
import io.adit.chain.type.MessageReceipt;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A multisig of two of three signers that comes to own a miner; exit codes as builtin-actors' multisig gives them. */
class MultisigTest {
    private static final PrivateKey FIRST = Provider.key("first signer", SignatureType.SECP256K1);
    private static final PrivateKey SECOND = Provider.key("second signer", SignatureType.BLS);
    private static final PrivateKey THIRD = Provider.key("third signer", SignatureType.SECP256K1);

    private final Devnet devnet = Devnet.inMemory(DealLifeTest.settings(29), new RecordingProofs());
    private final FullNode node = devnet.node();
    private final Provider provider = new Provider(devnet, node);
    private Address multisig = Address.ofId(0);

    @BeforeEach
    void open() {
        for (var signer : List.of(FIRST, SECOND, THIRD)) {
            devnet.ledger().fund(signer.address(), TokenAmount.ofFil(100));
        }
        devnet.advance(2);
        provider.createMiner();
        var made = land(FIRST, Actor.INIT, TokenAmount.ofFil(10), ExecParams.METHOD, exec(2, FIRST, SECOND, THIRD));
        multisig = CreateMinerReturn.fromCbor(made.returnValue()).idAddress();
    }

    @AfterEach
    void close() {
        devnet.close();
    }

    private Cid code(String actor) {
        return Objects.requireNonNull(node.stateActorCodeCIDs(29).get(actor));
    }

    private ExecParams exec(long threshold, PrivateKey... signers) {
        var constructor = new MultisigConstructorParams(
                List.of(signers).stream().map(PrivateKey::address).toList(), threshold, new Epoch(0), new Epoch(0));
        return new ExecParams(code("multisig"), constructor.toCbor());
    }

    private MessageReceipt land(PrivateKey from, Address to, TokenAmount value, long method, CborRecord params) {
        return provider.land(provider.push(from, to, value, method, params.toCbor()));
    }

    /** As it would end now, without being sent. */
    private MessageReceipt tried(PrivateKey from, Address to, long method, CborRecord params) {
        var message = Message.unpriced(from.address(), to, TokenAmount.ZERO, method, params.toCbor());
        return node.stateCall(message, TipSetKey.EMPTY).receipt();
    }

    private MessageReceipt propose(PrivateKey from, Address to, TokenAmount value, long method, byte[] params) {
        return land(
                from,
                multisig,
                TokenAmount.ZERO,
                MultisigMethod.PROPOSE.number(),
                new ProposeParams(to, value, method, params));
    }

    private List<MultisigTransaction> pending() {
        return node.msigGetPending(multisig, TipSetKey.EMPTY);
    }

    private long triedApproval(PrivateKey from, long number, byte[] hash) {
        return tried(from, multisig, MultisigMethod.APPROVE.number(), new MultisigTransactionParams(number, hash))
                .exitCode();
    }

    private ApproveReturn approve(PrivateKey from, MultisigTransaction transaction) {
        var params = new MultisigTransactionParams(transaction.id(), transaction.proposalHash());
        return ApproveReturn.fromCbor(land(from, multisig, TokenAmount.ZERO, MultisigMethod.APPROVE.number(), params)
                .returnValue());
    }

    @Test
    void ownsTheMiner_onceTwoOfItsSignersHaveTakenIt() {
        var owner = new ChangeOwnerAddressParams(multisig);
        long change = MinerMethod.CHANGE_OWNER_ADDRESS.number();
        provider.run(provider.miner(), TokenAmount.ZERO, change, owner);
        var proposed = ProposeReturn.fromCbor(propose(FIRST, provider.miner(), TokenAmount.ZERO, change, owner.toCbor())
                .returnValue());
        assertThat(proposed).isEqualTo(new ProposeReturn(0, false, 0, new byte[0]));
        assertThat(pending())
                .singleElement()
                .satisfies(one -> assertThat(one.approved())
                        .containsExactly(node.stateLookupID(FIRST.address(), TipSetKey.EMPTY)));
        var transaction = pending().getFirst();

        assertThat(triedApproval(FIRST, 0, transaction.proposalHash()))
                .as("twice")
                .isEqualTo(18);
        assertThat(triedApproval(provider.client(), 0, transaction.proposalHash()))
                .as("no signer")
                .isEqualTo(18);
        assertThat(triedApproval(SECOND, 0, new byte[32])).as("another hash").isEqualTo(16);
        assertThat(triedApproval(SECOND, 1, new byte[0])).as("no such number").isEqualTo(17);
        assertThat(triedApproval(SECOND, 0, new byte[0])).as("without a hash").isZero();
        assertThat(approve(SECOND, transaction)).isEqualTo(new ApproveReturn(true, 0, new byte[0]));

        assertThat(node.stateMinerInfo(provider.miner(), TipSetKey.EMPTY).owner())
                .isEqualTo(multisig);
        assertThat(pending()).isEmpty();
    }

    @Test
    void aMessageThatFailsIsOver_andLeavesNoTrace() {
        propose(FIRST, provider.miner(), TokenAmount.ofFil(1), MinerMethod.CHANGE_WORKER_ADDRESS.number(), new byte[0]);
        var before = node.walletBalance(multisig);

        assertThat(approve(THIRD, pending().getFirst())).isEqualTo(new ApproveReturn(true, 16, new byte[0]));

        assertThat(pending()).isEmpty();
        assertThat(node.walletBalance(multisig)).isEqualTo(before);
    }

    @Test
    void moneyItHasNotIsRefused_andTheTransactionWaits() {
        propose(FIRST, provider.client().address(), TokenAmount.ofFil(11), 0, new byte[0]);
        assertThat(triedApproval(SECOND, 0, new byte[0])).isEqualTo(19);

        devnet.ledger().fund(multisig, TokenAmount.ofFil(5));
        devnet.advance(2);
        assertThat(approve(SECOND, pending().getFirst()).applied()).isTrue();
        assertThat(node.walletBalance(multisig)).isEqualTo(TokenAmount.ofFil(4));
    }

    @Test
    void onlyTheProposerCancels() {
        propose(FIRST, provider.client().address(), TokenAmount.ofFil(1), 0, new byte[0]);
        var params = new MultisigTransactionParams(0, pending().getFirst().proposalHash());
        long cancel = MultisigMethod.CANCEL.number();
        assertThat(tried(SECOND, multisig, cancel, params).exitCode()).isEqualTo(18);
        assertThat(tried(FIRST, multisig, cancel, new MultisigTransactionParams(0, new byte[32]))
                        .exitCode())
                .isEqualTo(20);

        land(FIRST, multisig, TokenAmount.ZERO, cancel, params);

        assertThat(pending()).isEmpty();
        assertThat(tried(FIRST, multisig, cancel, params).exitCode()).isEqualTo(17);
    }

    /** How a change of its signers ends that two of them have sent it make of itself. */
    private long ofItself(MultisigMethod method, CborRecord params) {
        propose(FIRST, multisig, TokenAmount.ZERO, method.number(), params.toCbor());
        return approve(THIRD, pending().getLast()).exitCode();
    }

    private long id(PrivateKey key) {
        return node.stateLookupID(key.address(), TipSetKey.EMPTY).id().orElseThrow();
    }

    private String state() {
        var state = node.stateReadState(multisig, TipSetKey.EMPTY).state();
        return state.path("NumApprovalsThreshold") + " of " + state.path("Signers");
    }

    @Test
    void signersComeAndGo_onlyByItsOwnMessages() {
        var client = new MultisigSignerParams(provider.client().address(), false);
        long first = id(FIRST);
        long third = id(THIRD);
        long fourth = id(provider.client());
        assertThat(tried(FIRST, multisig, MultisigMethod.ADD_SIGNER.number(), client)
                        .exitCode())
                .as("from a signer")
                .isEqualTo(18);
        assertThat(ofItself(MultisigMethod.ADD_SIGNER, new MultisigSignerParams(FIRST.address(), false)))
                .isEqualTo(18);
        assertThat(ofItself(MultisigMethod.REMOVE_SIGNER, client)).isEqualTo(18);
        assertThat(ofItself(MultisigMethod.SWAP_SIGNER, new SwapSignerParams(FIRST.address(), THIRD.address())))
                .isEqualTo(16);
        assertThat(ofItself(MultisigMethod.CHANGE_NUM_APPROVALS_THRESHOLD, new ChangeThresholdParams(4)))
                .isEqualTo(16);
        assertThat(ofItself(MultisigMethod.CHANGE_NUM_APPROVALS_THRESHOLD, new ChangeThresholdParams(0)))
                .isEqualTo(16);

        assertThat(ofItself(MultisigMethod.ADD_SIGNER, client)).isZero();
        assertThat(ofItself(MultisigMethod.REMOVE_SIGNER, new MultisigSignerParams(SECOND.address(), false)))
                .isZero();
        assertThat(state()).isEqualTo("2 of [\"t0%d\",\"t0%d\",\"t0%d\"]".formatted(first, third, fourth));
        assertThat(ofItself(MultisigMethod.SWAP_SIGNER, new SwapSignerParams(client.signer(), SECOND.address())))
                .isZero();
        assertThat(ofItself(MultisigMethod.CHANGE_NUM_APPROVALS_THRESHOLD, new ChangeThresholdParams(3)))
                .isZero();
        assertThat(state()).startsWith("3 of ").endsWith("\"t0" + id(SECOND) + "\"]");
    }

    @Test
    void approvalsOfASignerWhoGoesAreTakenBack() {
        propose(SECOND, provider.client().address(), TokenAmount.ofFil(1), 0, new byte[0]);

        assertThat(ofItself(MultisigMethod.REMOVE_SIGNER, new MultisigSignerParams(SECOND.address(), true)))
                .isZero();

        assertThat(pending()).as("what only it had approved").isEmpty();
        assertThat(state()).startsWith("1 of ");
    }

    /** Laid out by hand from the actor's types. */
    @Test
    void encodingsOfSignerChangesAreTheActors() {
        var signer = new MultisigSignerParams(Address.ofId(1000), true);
        var swap = new SwapSignerParams(Address.ofId(101), Address.ofId(1000));
        var threshold = new ChangeThresholdParams(2);

        assertThat(HexFormat.of().formatHex(signer.toCbor())).isEqualTo("82" + "4300e807" + "f5");
        assertThat(MultisigSignerParams.fromCbor(signer.toCbor())).isEqualTo(signer);
        assertThat(HexFormat.of().formatHex(swap.toCbor())).isEqualTo("82" + "420065" + "4300e807");
        assertThat(SwapSignerParams.fromCbor(swap.toCbor())).isEqualTo(swap);
        assertThat(HexFormat.of().formatHex(threshold.toCbor())).isEqualTo("81" + "02");
        assertThat(ChangeThresholdParams.fromCbor(threshold.toCbor())).isEqualTo(threshold);
    }

    @Test
    void isNotMade_ofWhatCannotBeOne() {
        assertThat(tried(FIRST, Actor.INIT, 2, exec(0, FIRST)).exitCode()).isEqualTo(16);
        assertThat(tried(FIRST, Actor.INIT, 2, exec(2, FIRST)).exitCode()).isEqualTo(16);
        assertThat(tried(FIRST, Actor.INIT, 2, exec(1, FIRST, FIRST)).exitCode())
                .isEqualTo(16);
        assertThat(tried(FIRST, Actor.INIT, 2, exec(1)).exitCode()).isEqualTo(16);
        assertThat(tried(FIRST, Actor.INIT, 2, new ExecParams(code("storageminer"), new byte[0]))
                        .exitCode())
                .isEqualTo(18);
        assertThat(tried(FIRST, multisig, 9, new MultisigTransactionParams(0, new byte[0]))
                        .exitCode())
                .isEqualTo(22);
        assertThatThrownBy(() -> node.msigGetPending(provider.miner(), TipSetKey.EMPTY))
                .isInstanceOf(RpcException.class);
    }

    /** Laid out by hand from the actor's types: proposer, to, value, method, params; then hashed. */
    @Test
    void aProposalsHashIsTheActors() {
        var transaction = new MultisigTransaction(
                7,
                Address.ofId(1000),
                TokenAmount.ofAtto(256),
                16,
                new byte[] {(byte) 0x81, 0x40},
                List.of(Address.ofId(101), Address.ofId(102)));
        var content = HexFormat.of().parseHex("85" + "420065" + "4300e807" + "43000100" + "10" + "428140");

        assertThat(transaction.proposalHash()).isEqualTo(Hashes.blake2b256(content));
    }
}
