package io.adit.sealing.mining;

import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.signer.BlockSigner;
import io.adit.chain.signer.SigningContents;
import io.adit.chain.signer.VrfInput;
import io.adit.chain.type.ChainRandomness;
import io.adit.chain.type.DomainSeparationTag;
import io.adit.chain.type.ElectionProof;
import io.adit.chain.type.Sortition;
import io.adit.chain.type.Ticket;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.Randomness;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Hashes;
import io.adit.core.keys.SignatureType;
import java.math.BigInteger;
import java.util.Optional;

/** What is drawn for a round: its ticket, whether it is won, and which leaves of which sectors are to be proven. */
final class Lottery {
    private static final int HASH_BITS = 256;

    private final Address miner;
    private final BlockSigner signer;

    Lottery(Address miner, BlockSigner signer) {
        this.miner = miner;
        this.signer = signer;
    }

    /** The signature of the newest beacon entry that the block will know. */
    static byte[] beacon(MiningBaseInfo info) {
        var entries = info.beaconEntries();
        return (entries.isEmpty() ? info.previousBeaconEntry() : entries.getLast()).signature();
    }

    /** The election proof of a round, empty where it is not won. */
    Optional<ElectionProof> election(MiningBaseInfo info, Epoch round) {
        byte[] proof = vrf(
                info.workerKey(),
                new VrfInput(DomainSeparationTag.ELECTION_PROOF_PRODUCTION, beacon(info), round, miner, new byte[0]));
        long wins = Sortition.wins(proof, info.minerPower(), info.networkPower());
        return wins == 0 ? Optional.empty() : Optional.of(new ElectionProof(wins, proof));
    }

    /** The ticket of a round on top of a tipset with this smallest ticket. */
    Ticket ticket(MiningBaseInfo info, Epoch round, Ticket parent) {
        return new Ticket(vrf(
                info.workerKey(),
                new VrfInput(
                        DomainSeparationTag.TICKET_PRODUCTION,
                        beacon(info),
                        round.minus(1),
                        miner,
                        parent.vrfProof())));
    }

    /** What the winning PoSt answers; the two top bits are cleared, since the proofs need a field element. */
    Randomness challenge(MiningBaseInfo info, Epoch round) {
        byte[] bytes = ChainRandomness.draw(
                        beacon(info),
                        DomainSeparationTag.WINNING_POST_CHALLENGE_SEED,
                        round,
                        new CborWriter().bytes(miner.bytes()).toByteArray())
                .bytes();
        bytes[Randomness.LENGTH - 1] &= 0x3f;
        return Randomness.of(bytes);
    }

    /** How likely a block with this ticket is the first of its tipset, 0 to 1 (Lotus {@code Ticket.Quality}). */
    static double quality(Ticket ticket) {
        var drawn = new BigInteger(1, Hashes.blake2b256(ticket.vrfProof()));
        // Lotus rounds the fraction to the nearest double; the divisor is a power of two, so only the integer rounds.
        return 1 - Math.scalb(drawn.doubleValue(), -HASH_BITS);
    }

    private byte[] vrf(Address worker, VrfInput input) {
        if (!signer.has(worker)) {
            throw new AditException(
                    MiningError.MINING_KEY_MISSING,
                    "drawing for a block of " + miner + ": the key of its worker " + worker
                            + " is not in the keystore; import it with `adit wallet import`");
        }
        var signature = signer.sign(worker, SigningContents.vrf(input));
        if (signature.type() != SignatureType.BLS) {
            throw new AditException(
                    MiningError.MINING_KEY_MISSING,
                    "drawing for a block of " + miner + ": its worker " + worker + " has a " + signature.type()
                            + " key, and only BLS keys can draw");
        }
        return signature.data();
    }
}
