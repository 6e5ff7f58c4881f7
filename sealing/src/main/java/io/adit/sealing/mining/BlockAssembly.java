package io.adit.sealing.mining;

import io.adit.chain.node.Block;
import io.adit.chain.node.BlockApi;
import io.adit.chain.node.BlockTemplate;
import io.adit.chain.node.RpcErrorCode;
import io.adit.chain.node.RpcException;
import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.MessageMeta;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.SignatureType;
import java.util.List;
import java.util.Optional;

/**
 * Has the full node make a block, and takes from it the header that is to be signed here.
 *
 * <p>Only a node can make the header: it holds the state after the parents' messages. Lotus and Forest sign what they make
 * with their own wallet and know no call without that; Venus leaves the signature out where it has no key. The signature
 * that comes with the block, if any, is dropped: what counts is ours, behind the slash guard. For a node whose wallet must
 * not have the worker's key, the block is made in the name of a stand-in miner and gets our name afterwards: nothing else
 * in a header depends on who makes it. (docs/decisions tells what else was considered.)
 */
final class BlockAssembly {
    private final BlockApi node;
    private final Optional<Address> standIn;

    BlockAssembly(BlockApi node, Optional<Address> standIn) {
        this.node = node;
        this.standIn = standIn;
    }

    /**
     * The block without a signature.
     *
     * @throws AditException {@link MiningError#MINING_NODE_CANNOT_CREATE}, {@link MiningError#MINING_BLOCK_DIFFERS}, or the
     *     node's own
     */
    Block create(BlockTemplate ours) {
        var asked = standIn.map(other -> inNameOf(ours, other)).orElse(ours);
        var made = ask(asked);
        requireAsAsked(asked, made);
        return new Block(unsigned(made.header(), ours.miner()), made.blsMessages(), made.secp256k1Messages());
    }

    private Block ask(BlockTemplate template) {
        try {
            return node.minerCreateBlock(template);
        } catch (RpcException e) {
            if (e.code() == RpcErrorCode.CALL_FAILED || e.code() == RpcErrorCode.NODE_PERMISSION) {
                throw new AditException(
                        MiningError.MINING_NODE_CANNOT_CREATE,
                        "having the full node make the block of epoch " + template.epoch() + " for " + template.miner()
                                + ": " + e.nodeMessage(),
                        e);
            }
            throw e;
        }
    }

    private static void requireAsAsked(BlockTemplate asked, Block made) {
        var header = made.header();
        requireSame("miner", asked.miner(), header.miner());
        requireSame("ticket", Optional.of(asked.ticket()), header.ticket());
        requireSame("election proof", Optional.of(asked.electionProof()), header.electionProof());
        requireSame("beacon entries", asked.beaconEntries(), header.beaconEntries());
        requireSame("winning PoSt", asked.winningPoStProof(), header.winPoStProof());
        requireSame("parents", asked.parents().cids(), header.parents());
        requireSame("epoch", asked.epoch(), header.height());
        requireSame("time", asked.timestamp(), header.timestamp());
        var bls = cids(asked.messages(), true);
        var others = cids(asked.messages(), false);
        requireSame("BLS messages", bls, made.blsMessages());
        requireSame("other messages", others, made.secp256k1Messages());
        requireSame("messages", MessageMeta.of(bls, others).cid(), header.messages());
    }

    private static List<Cid> cids(List<SignedMessage> messages, boolean bls) {
        return messages.stream()
                .filter(message -> (message.signature().type() == SignatureType.BLS) == bls)
                .map(SignedMessage::cid)
                .toList();
    }

    private static void requireSame(String what, Object asked, Object made) {
        if (!asked.equals(made)) {
            throw new AditException(
                    MiningError.MINING_BLOCK_DIFFERS,
                    "checking the block that the full node made: its " + what + " is " + made + ", asked was " + asked
                            + "; it is not signed");
        }
    }

    private static BlockTemplate inNameOf(BlockTemplate template, Address miner) {
        return new BlockTemplate(
                miner,
                template.parents(),
                template.ticket(),
                template.electionProof(),
                template.beaconEntries(),
                template.messages(),
                template.epoch(),
                template.timestamp(),
                template.winningPoStProof());
    }

    private static BlockHeader unsigned(BlockHeader header, Address miner) {
        return new BlockHeader(
                miner,
                header.ticket(),
                header.electionProof(),
                header.beaconEntries(),
                header.winPoStProof(),
                header.parents(),
                header.parentWeight(),
                header.height(),
                header.parentStateRoot(),
                header.parentMessageReceipts(),
                header.messages(),
                header.blsAggregate(),
                header.timestamp(),
                Optional.empty(),
                header.forkSignaling(),
                header.parentBaseFee());
    }
}
