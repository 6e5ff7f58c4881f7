package io.adit.devnet.policy;

/**
 * The runtime policy of builtin-actors v18/v19 as far as the devnet's methods use it. Epoch counts stay those of mainnet
 * (30 s epochs), as they do on a Lotus 2k network.
 */
public final class ProtocolLimits {
    public static final long EPOCHS_IN_DAY = 2880;
    public static final long CHAIN_FINALITY = 900;
    /** {@code max_pre_commit_randomness_lookback}: a day plus finality. */
    public static final long MAX_PRE_COMMIT_RANDOMNESS_LOOKBACK = EPOCHS_IN_DAY + CHAIN_FINALITY;
    /** Added to the challenge delay gives {@code max_prove_commit_duration} of V1_1 proofs. */
    public static final long MAX_PROVE_COMMIT_DAYS = 30;

    public static final long EXPIRED_PRE_COMMIT_CLEAN_UP_DELAY = EPOCHS_IN_DAY / 3;
    public static final long MIN_SECTOR_EXPIRATION = 180 * EPOCHS_IN_DAY;
    public static final long MAX_SECTOR_EXPIRATION_EXTENSION = 1278 * EPOCHS_IN_DAY;
    public static final long SECTOR_MAXIMUM_LIFETIME = 5 * 365 * EPOCHS_IN_DAY;
    public static final long FAULT_MAX_AGE = 42 * EPOCHS_IN_DAY;
    public static final long WPOST_DISPUTE_WINDOW = 2 * CHAIN_FINALITY;
    public static final int POSTED_PARTITIONS_MAX = 3;
    public static final int DECLARATIONS_MAX = 3000;
    public static final int MAX_CONTROL_ADDRESSES = 10;
    public static final int MAX_PEER_ID_LENGTH = 128;
    public static final int MAX_MULTIADDR_BYTES = 1024;
    public static final long WORKER_KEY_CHANGE_DELAY = CHAIN_FINALITY;
    public static final int MIN_AGGREGATED_SECTORS = 4;
    public static final int MAX_AGGREGATED_SECTORS = 819;
    public static final int MAX_AGGREGATED_PROOF_SIZE = 81_960;
    public static final int SEAL_PROOF_SIZE = 192;
    public static final int WINDOW_POST_PROOF_SIZE = 192;
    public static final long MIN_DEAL_DURATION = 180 * EPOCHS_IN_DAY;
    public static final long MAX_DEAL_DURATION = 1278 * EPOCHS_IN_DAY;
    public static final int DEAL_MAX_LABEL_SIZE = 256;
    /** Rewards vest in steps of half a day (FIP-0004). */
    public static final long REWARD_VESTING_QUANTIZATION = EPOCHS_IN_DAY / 2;

    public static final long REWARD_VESTING_PERIOD = 180 * EPOCHS_IN_DAY;
    public static final long BLOCK_GAS_LIMIT = 10_000_000_000L;
    public static final long MINIMUM_BASE_FEE = 100;
    public static final int MAX_MESSAGE_SIZE = 64 * 1024;

    private ProtocolLimits() {}

    /** Epochs after which a pre-commit can no longer be proven. */
    public static long maxProveCommitDuration(ChainPolicy policy) {
        return MAX_PROVE_COMMIT_DAYS * EPOCHS_IN_DAY + policy.preCommitChallengeDelay();
    }
}
