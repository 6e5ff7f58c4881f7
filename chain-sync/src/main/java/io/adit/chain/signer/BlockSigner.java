package io.adit.chain.signer;

import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.keys.Signer;
import io.adit.core.slash.GuardStatus;
import io.adit.core.slash.ProtectedBlock;
import java.util.List;

/**
 * A signer that signs blocks, each through a slash guard, wherever that lives. Blocks are signed with {@code sign(worker,
 * SigningContents.block(header, parents))}; a refusal has the code {@code SLASH_BLOCK_REFUSED}.
 */
public interface BlockSigner extends Signer {
    /**
     * Tells a miner's guard what the chain shows. Needed before its first block, and again after the code {@code
     * SLASH_LEASE_LOST}.
     *
     * @param now the later of the head's epoch and the clock's
     * @param ownBlocks the miner's blocks of the last 900 epochs of the chain
     */
    void resume(Address miner, Epoch now, List<ProtectedBlock> ownBlocks);

    /** Tells the guard of a block of the miner that came on the chain. */
    void observe(Address miner, ProtectedBlock onChain);

    /** How the miner's guard stands. */
    GuardStatus status(Address miner);
}
