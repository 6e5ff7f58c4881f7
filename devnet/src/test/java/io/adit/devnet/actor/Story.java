package io.adit.devnet.actor;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.chain.actor.DealLabel;
import io.adit.chain.actor.DealProposal;
import io.adit.chain.actor.NetworkPolicy;
import io.adit.chain.actor.PoStPartition;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.Message;
import io.adit.chain.type.PoStProof;
import io.adit.core.Vectors;
import io.adit.core.fil.Address;
import io.adit.core.fil.BitField;
import io.adit.core.fil.Commitment;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.RegisteredPoStProof;
import io.adit.core.fil.RegisteredSealProof;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.devnet.RecordingProofs;
import io.adit.devnet.policy.ChainPolicy;
import io.adit.proofs.Proofs;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The second recorded Lotus network (vectors/lotus2, network version 28), played again epoch by epoch: the same miner with its
 * two genesis sectors, the same messages at the same epochs. Proofs are taken on trust while the story runs, because their
 * randomness belongs to the recorded chain.
 */
final class Story {
    static final long MINER = 1000;
    private static final String SECOND = "lotus2";
    private static final long WORKER = 100;
    private static final long SECP_CLIENT_ID = 1002;
    private static final long END = 6_900;
    private static final long FIRST_END = 1_657;
    private static final long PERIOD_OFFSET = 658;
    private static final long GENESIS_EXPIRATION = 3_675_537;
    private static final BigInteger FIL = BigInteger.TEN.pow(18);
    /** Circulating supply of the recorded network when sector 2 was proven, from the daily fee that it was given. */
    private static final BigInteger SUPPLY = FIL.multiply(BigInteger.valueOf(560_793_000));

    /** As {@link #EARLIER_ESCROW}, of the secp256k1 client; a recorded withdrawal shows it. */
    private static final BigInteger EARLIER_CLIENT_ESCROW = FIL;

    /** Put into the provider's escrow before the first recorded message; the first snapshot with a balance shows it. */
    private static final BigInteger EARLIER_ESCROW = FIL.multiply(BigInteger.TEN);

    private static final Address WORKER_KEY =
            Address.parse("t3w3ja7mol6txfvheyidise6foh7jt7yvotfsag4lwhbhicx6hubfvmmupsr24r7uygpmel6o4hs5y242q4via");
    private static final Address FIRST_WORKER_KEY =
            Address.parse("t3rtgyjgolp5buof56ifzs2pmupa75h2hyzlwzro5kzy7muf6x53xmvvvoiyff765xfxyc6isrsjr6uk2rdaja");
    private static final Address SECP_CLIENT = Address.parse("t13xkd7aveuihepoji6cozfmdrsraesisyrpexeiy");
    private static final Address BLS_CLIENT =
            Address.parse("t3v5rgm2jmsdlcfltrfpbv75ktw63iulifh6ej4nksdaxramq2v5osnpfbjbkfhaxhj4azwg3nypk677zmdqpq");

    /** What a recorded message gave here and there. */
    record Played(String name, long expectedExit, String expectedReturn, Vm.Applied applied) {}

    private final Map<Long, StateTree> before = new HashMap<>();
    private final Map<Long, byte[]> commitRandomness = new HashMap<>();
    private final List<Played> played = new ArrayList<>();

    private final String recording;
    private final Address worker;
    private final Map<String, Long> nonces = new HashMap<>();

    private Story(String recording, Address worker) {
        this.recording = recording;
        this.worker = worker;
    }

    /** Plays the story of the second recording once. */
    static Story play() {
        var story = new Story(SECOND, WORKER_KEY);
        story.run(END);
        return story;
    }

    /** Plays the messages of the first recording: another worker, and no deals. */
    static Story playFirst() {
        var story = new Story("lotus", FIRST_WORKER_KEY);
        // A new actor's address is derived from the nonce of the message that makes it.
        Vectors.each("lotus/objects/messages.json")
                .forEach(message -> story.nonces.put(
                        message.required("cid").asText(),
                        message.required("json").findPath("Nonce").asLong()));
        story.run(FIRST_END);
        return story;
    }

    /** The state after the parents of a tipset at that epoch. */
    StateTree at(long epoch) {
        return Objects.requireNonNull(before.get(epoch), "epoch " + epoch);
    }

    List<Played> played() {
        return List.copyOf(played);
    }

    private void run(long end) {
        var messages = new TreeMap<Long, List<JsonNode>>();
        Vectors.each(recording + "/objects/actor-call-params.json").forEach(item -> {
            messages.computeIfAbsent(item.required("included_in_height").asLong() - 1, epoch -> new ArrayList<>())
                    .add(item);
            rememberRandomness(item);
        });
        var tree = genesis();
        for (long epoch = 1; epoch < end; epoch++) {
            before.put(epoch, tree.fork());
            var vm = new Vm(new Recorded(epoch, true), tree);
            for (var item : messages.getOrDefault(epoch, List.of())) {
                play(vm, item);
            }
            if (recording.equals(SECOND)) {
                thirdPeriod(vm, epoch);
            }
            vm.cron();
        }
    }

    private void rememberRandomness(JsonNode item) {
        if (item.required("to").asText().equals("t01000")
                && item.required("method").asLong() == 5) {
            var post = SubmitWindowedPoStParams.fromCbor(Vectors.hex(item, "params_cbor_hex"));
            commitRandomness.put(post.chainCommitEpoch().value(), post.chainCommitRand());
        }
    }

    private void play(Vm vm, JsonNode item) {
        var applied = call(vm, item);
        var receipt = item.required("receipt");
        played.add(new Played(
                item.required("name").asText(),
                receipt.required("exit").asLong(),
                receipt.required("return_cbor_hex").asText(),
                applied));
    }

    /** Runs a message of the vectors' common form. */
    Vm.Applied call(Vm vm, JsonNode item) {
        var params = Vectors.hex(item, "params_cbor_hex");
        var message = new Message(
                0,
                Address.parse(item.required("to").asText()),
                Address.parse(item.required("from").asText()),
                nonces.getOrDefault(item.path("cid").asText(), 0L),
                TokenAmount.ofAtto(item.required("value").asText()),
                0,
                TokenAmount.ZERO,
                TokenAmount.ZERO,
                item.required("method").asLong(),
                params);
        return vm.call(message, Long.MAX_VALUE, params.length);
    }

    /** Three proofs that the recording names but does not hold. */
    private void thirdPeriod(Vm vm, long epoch) {
        var deadlines = Map.of(6468L, 0L, 6491L, 1L, 6543L, 2L);
        if (!deadlines.containsKey(epoch)) {
            return;
        }
        long deadline = deadlines.get(epoch);
        long commit = 6418 + 60 * deadline - 20;
        commitRandomness.put(commit, new byte[32]);
        var params = new SubmitWindowedPoStParams(
                deadline,
                List.of(new PoStPartition(0, BitField.of())),
                List.of(new PoStProof(10, RecordingProofs.validProof())),
                new Epoch(commit),
                new byte[32]);
        var message = Message.unpriced(WORKER_KEY, Address.ofId(MINER), TokenAmount.ZERO, 5, params.toCbor());
        played.add(new Played("SubmitWindowedPoSt at " + epoch, 0, "", vm.call(message, Long.MAX_VALUE, 0)));
    }

    /** The chain as a refused message at that epoch saw it: garbage proofs do not pass. */
    ExecutionContext strict(long epoch) {
        return new Recorded(epoch, false);
    }

    private StateTree genesis() {
        var tree = new StateTree();
        put(tree, StateTree.SYSTEM, ActorType.SYSTEM, new ActorState.Empty(), BigInteger.ZERO, Optional.empty());
        put(tree, StateTree.INIT, ActorType.INIT, new InitState(1004), BigInteger.ZERO, Optional.empty());
        put(tree, StateTree.REWARD, ActorType.REWARD, new RewardState(), FIL, Optional.empty());
        put(tree, StateTree.POWER, ActorType.POWER, new PowerState(), BigInteger.ZERO, Optional.empty());
        put(
                tree,
                StateTree.MARKET,
                ActorType.MARKET,
                new MarketState(),
                EARLIER_ESCROW.add(EARLIER_CLIENT_ESCROW),
                Optional.empty());
        put(tree, StateTree.BURNT_FUNDS, ActorType.ACCOUNT, new ActorState.Empty(), BigInteger.ZERO, Optional.empty());
        account(tree, WORKER, worker);
        account(tree, SECP_CLIENT_ID, SECP_CLIENT);
        account(tree, 1003, BLS_CLIENT);
        put(tree, MINER, ActorType.MINER, miner(), FIL.multiply(BigInteger.valueOf(24_000)), Optional.empty());
        var power = tree.write(StateTree.POWER, PowerState.class);
        power.register(MINER);
        power.change(MINER, new Power(BigInteger.valueOf(4096), BigInteger.valueOf(40_960)));
        power.changePledge(BigInteger.TWO);
        var market = tree.write(StateTree.MARKET, MarketState.class);
        genesisDeals(market);
        market.addEscrow(MINER, EARLIER_ESCROW);
        market.addEscrow(SECP_CLIENT_ID, EARLIER_CLIENT_ESCROW);
        return tree;
    }

    private static void put(
            StateTree tree, long id, ActorType type, ActorState state, BigInteger balance, Optional<Address> robust) {
        tree.put(id, new ActorEntry(type, state, 0, balance, robust));
    }

    private static void account(StateTree tree, long id, Address key) {
        put(
                tree,
                id,
                ActorType.ACCOUNT,
                new ActorState.Empty(),
                FIL.multiply(BigInteger.valueOf(1_000)),
                Optional.of(key));
    }

    private static MinerState miner() {
        var state = new MinerState(
                RegisteredPoStProof.STACKED_DRG_WINDOW_2KIB_V1_1,
                PERIOD_OFFSET,
                48,
                WORKER,
                WORKER,
                List.of(),
                new byte[0],
                List.of());
        for (long number = 0; number < 2; number++) {
            state.sectors.put(number, genesisSector(number));
        }
        state.allocated = BitField.of(0, 1);
        state.initialPledge = BigInteger.TWO;
        state.setDeadline(
                0, Deadline.EMPTY.with(0, Partition.EMPTY.add(0).add(1).activateUnproven()));
        return state;
    }

    private static Sector genesisSector(long number) {
        return new Sector(
                number,
                RegisteredSealProof.STACKED_DRG_2KIB_V1_1,
                Commitment.of(new byte[32]).asSealedCid(),
                0,
                GENESIS_EXPIRATION,
                BigInteger.ZERO,
                BigInteger.ZERO,
                BigInteger.ONE,
                0,
                Sector.SIMPLE_QA_POWER | Sector.FULL_QA_POWER,
                BigInteger.ZERO);
    }

    private static void genesisDeals(MarketState market) {
        for (long id = 0; id < 2; id++) {
            Cid piece = Commitment.of(new byte[32]).asUnsealedCid();
            var proposal = new DealProposal(
                    piece,
                    2048,
                    true,
                    Address.ofId(WORKER),
                    Address.ofId(MINER),
                    new DealLabel.Text(Long.toString(id)),
                    new Epoch(0),
                    new Epoch(GENESIS_EXPIRATION),
                    TokenAmount.ZERO,
                    TokenAmount.ZERO,
                    TokenAmount.ZERO);
            market.publish(new MarketDeal(proposal, WORKER, MINER, Optional.of(new MarketDeal.Activation(id, 0, -1))));
        }
    }

    /** The recorded chain's rules, with the randomness that its messages carried. */
    private final class Recorded implements ExecutionContext {
        private final long epoch;
        private final Proofs proofs;

        Recorded(long epoch, boolean trusting) {
            this.epoch = epoch;
            this.proofs = trusting ? RecordingProofs.trusting() : new RecordingProofs();
        }

        @Override
        public long epoch() {
            return epoch;
        }

        @Override
        public ChainPolicy policy() {
            return ChainPolicy.lotus2k();
        }

        @Override
        public NetworkPolicy rules() {
            return NetworkPolicy.of(28);
        }

        @Override
        public Proofs proofs() {
            return proofs;
        }

        @Override
        public BigInteger baseFee() {
            return BigInteger.valueOf(100);
        }

        @Override
        public Randomness ticketRandomness(DomainSeparationTag tag, long at, byte[] entropy) {
            var known = tag == DomainSeparationTag.POST_CHAIN_COMMIT ? commitRandomness.get(at) : null;
            return Randomness.of(known == null ? new byte[32] : known);
        }

        @Override
        public Randomness beaconRandomness(DomainSeparationTag tag, long at, byte[] entropy) {
            return Randomness.of(new byte[32]);
        }

        @Override
        public BigInteger genesisSupply() {
            return SUPPLY;
        }
    }
}
