package io.adit.devnet;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.FullNode;
import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.signer.VrfInput;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.ChainRandomness;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.ElectionProof;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.Sortition;
import io.adit.chain.type.Ticket;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.fil.SectorSize;
import io.adit.core.ipld.CborWriter;
import io.adit.core.keys.PrivateKey;
import io.adit.devnet.chain.ChainSettings;
import io.adit.devnet.policy.ChainPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The shortest miner that makes valid blocks: one round at a time, when it is told to. */
public final class ScriptedMiner {
    private final FullNode node;
    private final Address miner;
    private final PrivateKey worker;
    private final long delay;

    /** A chain whose proving periods are short, so that power comes soon. */
    public static ChainSettings settings() {
        var policy = new ChainPolicy("short", 5, 30, 4, 10, 10, 2048, 20, Duration.ofSeconds(1));
        return new ChainSettings(policy, SectorSize.KIB_2, 29, Instant.ofEpochSecond(1_790_000_000), new byte[32]);
    }

    public ScriptedMiner(FullNode node, Address miner, PrivateKey worker) {
        this.node = node;
        this.miner = miner;
        this.worker = worker;
        this.delay = node.version().blockDelaySeconds();
    }

    /** The proof of a challenge. */
    public interface Prover {
        byte[] prove(MiningBaseInfo info, Randomness challenge);
    }

    /** A signed block on the present head, if the round is won. */
    Optional<Block> mine(long epoch) {
        return mine(node.chainHead(), epoch, (info, challenge) -> RecordingProofs.validProof());
    }

    Optional<Block> mine(TipSet base, long epoch, Prover prover) {
        return template(base, epoch, prover).map(node::minerCreateBlock).map(this::signed);
    }

    public Optional<BlockTemplate> template(TipSet base, long epoch, Prover prover) {
        var info = node.minerGetBaseInfo(miner, new Epoch(epoch), base.key());
        if (info.isEmpty() || !info.get().eligibleForMining()) {
            return Optional.empty();
        }
        var election = vrf(info.get(), DomainSeparationTag.ELECTION_PROOF_PRODUCTION, epoch, new byte[0]);
        long wins = Sortition.wins(election, info.get().minerPower(), info.get().networkPower());
        if (wins == 0) {
            return Optional.empty();
        }
        byte[] above = base.minTicketBlock().ticket().orElseThrow().vrfProof();
        var ticket = new Ticket(vrf(info.get(), DomainSeparationTag.TICKET_PRODUCTION, epoch - 1, above));
        byte[] proof = prover.prove(info.get(), challenge(info.get(), epoch));
        return Optional.of(new BlockTemplate(
                miner,
                base.key(),
                ticket,
                new ElectionProof(wins, election),
                info.get().beaconEntries(),
                messages(base),
                new Epoch(epoch),
                base.minTicketBlock().timestamp()
                        + delay * (epoch - base.height().value()),
                List.of(new PoStProof(0, proof))));
    }

    private List<SignedMessage> messages(TipSet base) {
        return node.mpoolSelect(base.key(), 0.9);
    }

    private Randomness challenge(MiningBaseInfo info, long epoch) {
        return ChainRandomness.draw(
                info.beaconEntries().getLast().signature(),
                DomainSeparationTag.WINNING_POST_CHALLENGE_SEED,
                new Epoch(epoch),
                new CborWriter().bytes(miner.bytes()).toByteArray());
    }

    private byte[] vrf(MiningBaseInfo info, DomainSeparationTag tag, long epoch, byte[] entropy) {
        var input = new VrfInput(tag, info.beaconEntries().getLast().signature(), new Epoch(epoch), miner, entropy);
        return worker.sign(input.signedBytes()).data();
    }

    /** The block under the worker's own signature. */
    Block signed(Block block) {
        return signed(block, block.header());
    }

    /** The block with another header, signed anew. */
    Block signed(Block block, BlockHeader header) {
        return new Block(
                header.signed(worker.sign(header.signingBytes())), block.blsMessages(), block.secp256k1Messages());
    }
}
