package io.adit.chain.signer;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.ChainCbor;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signer;
import io.adit.core.keys.SigningContent;
import io.adit.core.keys.SigningKind;
import io.adit.core.slash.GuardStatus;
import io.adit.core.slash.ProtectedBlock;
import io.adit.core.slash.SlashGuard;
import io.adit.core.task.CrashPoints;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keys of this process, with the slash guards of the miners before them. */
public final class GuardedSigner implements BlockSigner {
    private final Signer keys;
    private final Guards guards;

    /** The guards of the miners that blocks are signed for. */
    @FunctionalInterface
    public interface Guards {
        /** @throws AditException where there is none, or none yet */
        SlashGuard of(Address miner);
    }

    /** Takes the guards of the miners that blocks are signed for; they stay the caller's to close. */
    public GuardedSigner(Signer keys, Map<Address, SlashGuard> guards) {
        this(keys, fixed(Map.copyOf(guards)));
    }

    /** Takes guards that may be opened later than this; asked for at each use. */
    public GuardedSigner(Signer keys, Guards guards) {
        this.keys = keys;
        this.guards = guards;
    }

    private static Guards fixed(Map<Address, SlashGuard> guards) {
        return miner -> {
            var guard = guards.get(miner);
            if (guard == null) {
                throw new SignerRefusedException(
                        "blocks.miners", guards.keySet().toString(), miner.toString());
            }
            return guard;
        };
    }

    @Override
    public Set<Address> addresses() {
        return keys.addresses();
    }

    @Override
    public boolean has(Address key) {
        return keys.has(key);
    }

    /** Signs bytes, unless they are a block header. */
    @Override
    public Signature sign(Address key, byte[] message) {
        if (isHeader(message)) {
            throw new AditException(
                    SignerErrorCode.SIGNER_NEEDS_CONTENT,
                    "signing a block header as bare bytes: it must come with its parents, for the slash guard");
        }
        return keys.sign(key, message);
    }

    @Override
    public Signature sign(Address key, SigningContent content) {
        if (content.kind() != SigningKind.BLOCK) {
            return sign(key, content.signedBytes());
        }
        return signBlock(key, ChainCbor.decode(content.content(), BlockContent::read));
    }

    Signature signBlock(Address key, BlockContent block) {
        guards.of(block.header().miner()).permit(block.intent());
        CrashPoints.reach("block.permitted");
        return keys.sign(key, block.header().signingBytes());
    }

    @Override
    public void resume(Address miner, Epoch now, List<ProtectedBlock> ownBlocks) {
        guards.of(miner).resume(now, ownBlocks);
    }

    @Override
    public void observe(Address miner, ProtectedBlock onChain) {
        guards.of(miner).observe(onChain);
    }

    @Override
    public GuardStatus status(Address miner) {
        return guards.of(miner).status();
    }

    private static boolean isHeader(byte[] bytes) {
        try {
            return bytes.length > 0 && BlockHeader.fromCbor(bytes).height().value() >= 0;
        } catch (AditException e) {
            return false;
        }
    }
}
