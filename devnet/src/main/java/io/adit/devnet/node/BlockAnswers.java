package io.adit.devnet.node;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockApi;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.MiningBaseInfo;
import io.adit.chain.node.MiningBaseInfo.ChallengedSector;
import io.adit.chain.type.SignedMessage;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.SectorNumber;
import io.adit.core.fil.SectorSize;
import io.adit.core.keys.SignatureType;
import io.adit.devnet.chain.BlockCheck;
import io.adit.devnet.chain.BlockRefusedException;
import io.adit.devnet.chain.Link;
import io.adit.devnet.chain.MiningRight;
import java.util.Optional;

/** Block production as Lotus offers it to miners, where the devnet leaves it to them. */
interface BlockAnswers extends BlockApi, Answers {
    /** The node's own wallet. */
    Wallet wallet();

    private static RuntimeException refused(String what) {
        return Answers.failed(what + ": this devnet makes its blocks itself; start it with --blocks miners");
    }

    private void requireLeftToMiners(String what) {
        if (!ledger().takesBlocks()) {
            throw refused(what);
        }
    }

    /** Waits for the epoch to begin, as Lotus waits for its beacon entry. */
    @Override
    default Optional<MiningBaseInfo> minerGetBaseInfo(Address miner, Epoch epoch, TipSetKey base) {
        var link = link(base);
        var state = Answers.before(link);
        Answers.miner(state, miner);
        if (!ledger().takesBlocks()) {
            return Optional.empty();
        }
        awaitEpoch(epoch);
        long id = Answers.id(state, miner);
        var right = ledger().chain().miningRight(link, epoch.value());
        var challenged = right.challenged(id);
        if (challenged.isEmpty()) {
            return Optional.empty();
        }
        var worker = right.worker(id)
                .orElseThrow(() -> Answers.failed("resolving worker address: the worker of " + miner + " has no key"));
        return Optional.of(new MiningBaseInfo(
                right.power(id).qualityAdjusted(),
                right.networkPower().qualityAdjusted(),
                challenged.stream()
                        .map(sector -> new ChallengedSector(
                                sector.sealProof(),
                                new SectorNumber(sector.number()),
                                Optional.empty(),
                                sector.sealedCid()))
                        .toList(),
                worker,
                sectorSize(right, id),
                right.previousEntry(),
                right.entries(),
                right.isEligible(id) && !ledger().isNullRound(epoch.value())));
    }

    private static SectorSize sectorSize(MiningRight right, long miner) {
        return right.miner(miner).orElseThrow().windowProof().sectorSize();
    }

    /**
     * As Lotus. Where the wallet lacks the worker's key, Lotus refuses after all its work; this node then answers the block
     * without a signature, for those who sign by themselves.
     */
    @Override
    default Block minerCreateBlock(BlockTemplate template) {
        requireLeftToMiners("creating block");
        var parents = ledger().chain()
                .find(template.parents())
                .filter(Link::hasState)
                .orElseThrow(() -> Answers.failed("failed to load parent tipset: ipld: could not find "
                        + template.parents().cids()));
        var right = ledger().chain().miningRight(parents, template.epoch().value());
        long miner = template.miner().id().orElseThrow(() -> Answers.failed("block had non-ID miner address"));
        var worker = right.worker(miner)
                .orElseThrow(() -> Answers.failed(
                        "failed to get miner worker: (get sset) failed to load miner actor: actor not found"));
        var messages = template.messages();
        messages.forEach(ledger().chain()::know);
        var unsigned = BlockCheck.unsigned(parents, template, ledger().baseFeeOn(parents));
        var header = wallet().find(worker)
                .map(key -> unsigned.signed(key.sign(unsigned.signingBytes())))
                .orElse(unsigned);
        return new Block(
                header,
                messages.stream()
                        .filter(message -> message.signature().type() == SignatureType.BLS)
                        .map(SignedMessage::cid)
                        .toList(),
                messages.stream()
                        .filter(message -> message.signature().type() != SignatureType.BLS)
                        .map(SignedMessage::cid)
                        .toList());
    }

    @Override
    default void syncSubmitBlock(Block block) {
        requireLeftToMiners("submitting block");
        try {
            ledger().submit(block);
        } catch (BlockRefusedException invalid) {
            throw Answers.failed("sync to submitted block failed: " + invalid.getMessage());
        }
    }
}
