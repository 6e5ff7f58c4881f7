package io.adit.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.adit.chain.node.Block;
import io.adit.chain.node.FullNode;
import io.adit.chain.type.BeaconEntry;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.ElectionProof;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SignatureType;
import io.adit.core.time.SystemTimeline;
import io.adit.devnet.actor.Genesis;
import io.adit.devnet.chain.BlockFault;
import io.adit.devnet.chain.BlockRefusedException;
import io.adit.devnet.chain.Production;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each fault that a provider's block can have is named, and changes nothing. */
class RefusedBlocksTest {
    private static final Devnet DEVNET = Devnet.simulated(
            ScriptedMiner.settings(), new RecordingProofs(), Production.BY_MINERS, new SystemTimeline());
    private static final FullNode NODE = DEVNET.node();
    private static final Provider PROVIDER = new Provider(DEVNET, NODE);
    private static final Cid STRANGE = Cid.dagCbor("strange".getBytes(StandardCharsets.UTF_8));
    private static @Nullable ScriptedMiner miner;
    private static @Nullable Block good;

    @BeforeAll
    static void winABlock() {
        PROVIDER.createMiner();
        PROVIDER.preCommit(1);
        PROVIDER.prove(1);
        PROVIDER.submitWindow(PROVIDER.awaitDeadline(1));
        miner = new ScriptedMiner(NODE, PROVIDER.miner(), PROVIDER.worker());
        while (NODE.chainHead().height().value() == DEVNET.epoch()) {
            DEVNET.advance(1);
        }
        DEVNET.ledger().fund(Provider.key("rich", SignatureType.BLS).address(), TokenAmount.ofFil(1));
        PROVIDER.push(Address.ofId(Genesis.FAUCET), TokenAmount.ofFil(1), 0, new byte[0]);
        var won = miner.mine(DEVNET.epoch());
        while (won.isEmpty()) {
            DEVNET.advance(1);
            won = miner.mine(DEVNET.epoch());
        }
        good = won.get();
    }

    @AfterAll
    static void close() {
        DEVNET.close();
    }

    /** A header field by field, for one that differs in one of them. */
    private static final class Changed {
        private final BlockHeader from;
        private Address miner;
        private Optional<Ticket> ticket;
        private Optional<ElectionProof> election;
        private List<BeaconEntry> beacon;
        private List<PoStProof> proofs;
        private List<Cid> parents;
        private BigInteger weight;
        private long height;
        private Cid state;
        private Cid receipts;
        private Cid messages;
        private Optional<Signature> aggregate;
        private long timestamp;
        private TokenAmount baseFee;

        Changed(BlockHeader from) {
            this.from = from;
            miner = from.miner();
            ticket = from.ticket();
            election = from.electionProof();
            beacon = from.beaconEntries();
            proofs = from.winPoStProof();
            parents = from.parents();
            weight = from.parentWeight();
            height = from.height().value();
            state = from.parentStateRoot();
            receipts = from.parentMessageReceipts();
            messages = from.messages();
            aggregate = from.blsAggregate();
            timestamp = from.timestamp();
            baseFee = from.parentBaseFee();
        }

        BlockHeader header() {
            return new BlockHeader(
                    miner,
                    ticket,
                    election,
                    beacon,
                    proofs,
                    parents,
                    weight,
                    new Epoch(height),
                    state,
                    receipts,
                    messages,
                    aggregate,
                    timestamp,
                    Optional.empty(),
                    from.forkSignaling(),
                    baseFee);
        }
    }

    private static Arguments fault(BlockFault fault, String text, Consumer<Changed> change) {
        UnaryOperator<Block> changing = block -> {
            var changed = new Changed(block.header());
            change.accept(changed);
            return Objects.requireNonNull(miner).signed(block, changed.header());
        };
        return Arguments.of(fault, text, changing);
    }

    private static Arguments whole(BlockFault fault, String text, UnaryOperator<Block> change) {
        return Arguments.of(fault, text, change);
    }

    private static ElectionProof election(Changed block, long wins) {
        return new ElectionProof(wins, block.election.orElseThrow().vrfProof());
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(BlockFault.MALFORMED, "nil election proof", block -> block.election = Optional.empty()),
                fault(BlockFault.MALFORMED, "nil ticket", block -> block.ticket = Optional.empty()),
                fault(BlockFault.MALFORMED, "nil bls aggregate", block -> block.aggregate = Optional.empty()),
                fault(
                        BlockFault.MALFORMED,
                        "non-ID miner",
                        block -> block.miner = PROVIDER.worker().address()),
                whole(
                        BlockFault.MALFORMED,
                        "nil signature",
                        block -> new Block(
                                new Changed(block.header()).header(), block.blsMessages(), block.secp256k1Messages())),
                fault(BlockFault.UNKNOWN_PARENTS, "load parent tipset", block -> block.parents = List.of(STRANGE)),
                fault(BlockFault.UNKNOWN_PARENTS, "load parent tipset", block -> block.parents = List.of()),
                fault(BlockFault.WRONG_HEIGHT, "height not greater", block -> block.height = 1),
                fault(BlockFault.WRONG_TIMESTAMP, "wrong timestamp", block -> block.timestamp++),
                fault(BlockFault.FROM_THE_FUTURE, "from the future", block -> {
                    block.height++;
                    block.timestamp++;
                }),
                fault(BlockFault.WRONG_WEIGHT, "weight different", block -> block.weight = BigInteger.TEN),
                fault(BlockFault.NO_WORKER, "GetMinerWorkerRaw", block -> block.miner = Address.ofId(7_777)),
                fault(
                        BlockFault.WRONG_TICKET,
                        "block tickets failed",
                        block -> block.ticket = Optional.of(
                                new Ticket(block.election.orElseThrow().vrfProof()))),
                whole(BlockFault.WRONG_SIGNATURE, "block signature", block -> {
                    var other = Provider.key("other", SignatureType.BLS);
                    var unsigned = new Changed(block.header()).header();
                    return new Block(
                            unsigned.signed(other.sign(unsigned.signingBytes())),
                            block.blsMessages(),
                            block.secp256k1Messages());
                }),
                fault(BlockFault.WRONG_BEACON, "beacon values", block -> block.beacon = List.of()),
                fault(
                        BlockFault.WRONG_BEACON,
                        "beacon values",
                        block -> block.beacon =
                                List.of(new BeaconEntry(block.beacon.getLast().round(), new byte[96]))),
                fault(BlockFault.WRONG_WINNING_POST, "winning post was invalid", block -> block.proofs = List.of()),
                fault(
                        BlockFault.WRONG_WINNING_POST,
                        "winning post was invalid",
                        block -> block.proofs = List.of(new PoStProof(0, new byte[192]))),
                fault(
                        BlockFault.WRONG_WINNING_POST,
                        "winning post was invalid",
                        block -> block.proofs = List.of(new PoStProof(10, RecordingProofs.validProof()))),
                fault(
                        BlockFault.WRONG_WINNING_POST,
                        "election post",
                        block -> block.proofs = List.of(new PoStProof(99, RecordingProofs.validProof()))),
                fault(
                        BlockFault.NOT_ELECTED,
                        "not claiming to be a winner",
                        block -> block.election = Optional.of(election(block, 0))),
                fault(
                        BlockFault.NOT_ELECTED,
                        "wrong number of wins",
                        block -> block.election = Optional.of(
                                election(block, block.election.orElseThrow().winCount() + 1))),
                fault(
                        BlockFault.NOT_ELECTED,
                        "election proof failed",
                        block -> block.election = Optional.of(
                                new ElectionProof(1, block.ticket.orElseThrow().vrfProof()))),
                fault(
                        BlockFault.WRONG_MESSAGE,
                        "bls aggregate",
                        block -> block.aggregate = Optional.of(new Signature(
                                SignatureType.BLS, block.ticket.orElseThrow().vrfProof()))),
                fault(BlockFault.WRONG_BASE_FEE, "base fee", block -> block.baseFee = TokenAmount.ofAtto(7)),
                fault(BlockFault.WRONG_STATE, "parent state root", block -> block.state = STRANGE),
                fault(BlockFault.WRONG_STATE, "parent receipts root", block -> block.receipts = STRANGE),
                whole(
                        BlockFault.WRONG_MESSAGES_ROOT,
                        "did not match block",
                        block -> new Block(block.header(), List.of(), block.secp256k1Messages())),
                whole(
                        BlockFault.UNKNOWN_MESSAGE,
                        "failed to load bls messages",
                        block -> new Block(block.header(), List.of(STRANGE), block.secp256k1Messages())),
                whole(
                        BlockFault.UNKNOWN_MESSAGE,
                        "failed to load secpk message",
                        block -> new Block(block.header(), block.blsMessages(), block.blsMessages())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("faults")
    void aBlockWithAFaultIsRefused_andNothingChanges(BlockFault fault, String text, UnaryOperator<Block> change) {
        var head = NODE.chainHead();
        var pending = NODE.mpoolPending(TipSetKey.EMPTY);
        var block = change.apply(Objects.requireNonNull(good));

        var refused = catchThrowableOfType(
                BlockRefusedException.class, () -> DEVNET.ledger().submit(block));

        assertThat(refused.fault()).isEqualTo(fault);
        assertThat(refused).hasMessageContaining(text);
        assertThat(NODE.chainHead()).isEqualTo(head);
        assertThat(NODE.mpoolPending(TipSetKey.EMPTY)).isEqualTo(pending).hasSize(2);
        assertThat(NODE.chainHasObj(block.header().cid())).isFalse();
    }

    @Test
    void theBlockWithoutAFaultHoldsMessagesOfBothKinds() {
        assertThat(Objects.requireNonNull(good).blsMessages()).hasSize(1);
        assertThat(Objects.requireNonNull(good).secp256k1Messages()).hasSize(1);
    }
}
