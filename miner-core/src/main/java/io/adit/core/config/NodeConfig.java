package io.adit.core.config;

import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Network;
import io.adit.core.fil.SectorSize;
import io.adit.core.fil.TokenAmount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Everything an operator can set. Relative paths are relative to the directory of the configuration file. */
public record NodeConfig(
        @Doc("The node itself and its operator API.") Node node,
        @Doc("Who signs.") Keys keys,
        @Doc("The connection to the chain.") Chain chain,

        @Doc("Messages to the chain, by lane: window-post, recoveries, faults, prove, precommit, deals, other.")
        Messages messages,

        @Doc("Fast finality (F3).") F3 f3,
        @Doc("Where sectors are kept.") Storage storage,
        @Doc("The proof workers.") ProofWorkers proofs,
        @Doc("How sectors are sealed.") Sealing sealing,
        @Doc("Making blocks.") Mining mining,
        @Doc("Storage deals.") MarketConfig market,
        @Doc("Serving data.") RetrievalConfig retrieval,
        @Doc("Logs.") Log log) {

    /** The node itself. */
    public record Node(
            @Doc(
                    value = "Address of the operator API and of /metrics. Loopback unless allow-public-api is set.",
                    fallback = "127.0.0.1:4701")
            ListenAddress apiListen,

            @Doc(
                    value = "Lets the operator API listen where other machines reach it. Anyone with the token then"
                            + " controls the node from there.",
                    fallback = "false")
            boolean allowPublicApi,

            @Doc(
                    value = "State database: a file for SQLite, or jdbc:postgresql://host:port/name for a server of"
                            + " yours. One node runs for a miner at a time.",
                    fallback = "state.db")
            String database,

            @Doc(value = "User name for PostgreSQL.", fallback = "")
            String databaseUser,

            @Doc(value = "File with the password for PostgreSQL, mode 0600. Empty for none.", fallback = "")
            Optional<Path> databasePasswordFile,

            @Doc(value = "Directory of the encrypted private keys.", fallback = "keystore")
            Path keystore,

            @Doc(
                    value = "File with the keystore's passphrase, mode 0600. Empty: ADIT_PASSPHRASE_FILE or"
                            + " ADIT_PASSPHRASE from the environment.",
                    fallback = "")
            Optional<Path> passphraseFile) {
        /** Refuses a public API that was not asked for. */
        public Node {
            if (!apiListen.isLoopback() && !allowPublicApi) {
                throw new AditException(
                        ConfigErrorCode.CONFIG_PUBLIC_API,
                        "node.api-listen is " + apiListen + ", which other machines can reach; use 127.0.0.1:"
                                + apiListen.port() + " or set node.allow-public-api = true");
            }
        }
    }

    /** Who signs. */
    public record Keys(
            @Doc(
                    value =
                            "unix:PATH lets a signer process at that Unix socket sign, by its policy ('adit signer run');"
                                    + " the node then needs no keystore. Empty: the keystore signs, in the node's own process.",
                    fallback = "")
            Optional<String> signer,

            @Doc(value = "How long to wait for the signer's answer.", fallback = "30s")
            Duration signerTimeout) {
        /** How a signer at a Unix socket is named. */
        public static final String UNIX = "unix:";

        /** A socket, and time to wait for it. */
        public Keys {
            if (signer.filter(at -> !at.startsWith(UNIX) || at.length() == UNIX.length())
                    .isPresent()) {
                throw new InvalidValueException("keys.signer", signer.get(), "unix:PATH");
            }
            within("keys.signer-timeout in seconds", signerTimeout.toSeconds(), 1, 600);
        }
    }

    /** More nodes would only be more to probe. */
    private static final int MOST_NODES = 8;

    /** The connection to the chain. */
    public record Chain(
            @Doc(
                    value = "The full nodes with the Filecoin JSON-RPC, each as token:multiaddr (what `lotus auth"
                            + " api-info` prints), at most 8. With several, calls go to the first that is good; one"
                            + " that does not answer is replaced by the next within 5 s, and one that says what"
                            + " cannot be is fenced and named in the log.",
                    fallback = "")
            List<String> nodes,

            @Doc(
                    value = "How addresses are written: mainnet (f…) or testnet (t…, every other network). The node"
                            + " refuses to start when its full node is on the other one.",
                    fallback = "testnet")
            Network network,

            @Doc(
                    value = "The chain is a development chain: epochs pass in a second or less and nobody reorganises"
                            + " it. Proofs go out without confidence and everything is looked at often. Written by"
                            + " `adit init --devnet`; never for a chain whose money is worth something.",
                    fallback = "false")
            boolean development,

            @Doc(value = "Epochs after which a message counts as final enough to go on.", fallback = "5")
            int confidence,

            @Doc(
                    value = "Most that one message of any kind but a window proof may cost in gas. Pre-commits and"
                            + " prove-commits have lotus-miner's lower limits besides, 0.025 and 0.05 FIL.",
                    fallback = "0.5 FIL")
            TokenAmount maxFee,

            @Doc(
                    value = "Most that one window proof may cost in gas. A missed window costs more than gas.",
                    fallback = "5 FIL")
            TokenAmount maxFeeWindowPost,

            @Doc(
                    value =
                            "Partitions that one window proof is made of, 1 to 3. Several cost less gas together, but are"
                                    + " sent only when the proof over all of them is made; one that recovers sectors is sent alone,"
                                    + " and a batch that fails is proven partition by partition.",
                    fallback = "1")
            int windowPostPartitions,

            @Doc(
                    value =
                            "Most gas that a window proof over several partitions may have as its limit. By what the last ones"
                                    + " needed fewer are put together; a block has 10000000000.",
                    fallback = "2500000000")
            long windowPostGas) {
        /** Nodes that differ, confidence within finality, fees that allow something. */
        public Chain {
            if (windowPostPartitions < 1 || windowPostPartitions > 3) {
                throw new InvalidValueException("chain.window-post-partitions", windowPostPartitions, "1 to 3");
            }
            within("chain.window-post-gas", windowPostGas, 1, 10_000_000_000L);
            if (nodes.size() > MOST_NODES || nodes.stream().distinct().count() != nodes.size()) {
                throw new InvalidValueException(
                        "chain.nodes", nodes.size() + " nodes", "at most " + MOST_NODES + " nodes, each named once");
            }
            within("chain.confidence", confidence, 0, 900);
            requireFee("chain.max-fee", maxFee);
            requireFee("chain.max-fee-window-post", maxFeeWindowPost);
        }

        private static void requireFee(String key, TokenAmount fee) {
            if (fee.isNegative() || fee.isZero()) {
                throw new InvalidValueException(key, fee, "more than 0 FIL");
            }
        }

        /** Shows where the nodes are, not their tokens. */
        @Override
        public String toString() {
            return "Chain[nodes=" + nodes.stream().map(Chain::withoutToken).toList() + ", network=" + network
                    + ", development=" + development + ", confidence=" + confidence + ", maxFee=" + maxFee
                    + ", maxFeeWindowPost=" + maxFeeWindowPost + "]";
        }

        private static String withoutToken(String node) {
            int address = node.indexOf(":/");
            return address < 0 ? "…" : "…" + node.substring(address);
        }
    }

    /** Messages to the chain. */
    public record Messages(
            @Doc(
                    value = "Lanes that an address of their own sends for, each as lane=address: an owner, worker or"
                            + " control address of the miner whose key is in the keystore. One that cannot send, or"
                            + " holds too little, is replaced by the worker, with a warning.",
                    fallback = "")
            List<String> from,

            @Doc(
                    value = "Most that the gas of one message of a lane may cost, each as lane=0.1 FIL, where that is"
                            + " less than chain.max-fee and the like. Replacements of a stuck message keep to it.",
                    fallback = "")
            List<String> maxFee,

            @Doc(
                    value = "Most that the gas of a lane may cost in a day (UTC), each as lane=2 FIL. What is under way"
                            + " counts with the most that it may cost. What is over waits until midnight.",
                    fallback = "")
            List<String> maxFeePerDay,

            @Doc(
                    value = "Pre-commits, prove-commits and deals wait while the base fee is higher than in so many of"
                            + " a hundred of the last epochs; 100 never waits.",
                    fallback = "90")
            int baseFeePercentile,

            @Doc(value = "How many epochs of base fees are looked at for that.", fallback = "240")
            int baseFeeEpochs,

            @Doc(value = "How long they wait at most.", fallback = "1h")
            Duration baseFeeWait) {
        /** Shares of a hundred, and a day of epochs at most. */
        public Messages {
            within("messages.base-fee-percentile", baseFeePercentile, 1, 100);
            within("messages.base-fee-epochs", baseFeeEpochs, 1, 2880);
        }
    }

    /** Fast finality. */
    public record F3(
            @Doc(
                    value =
                            "Takes part in F3 (FIP-0086): the full node votes for the miner and signs with the worker's key"
                                    + " in its own wallet. Off by itself where the full node has no F3.",
                    fallback = "true")
            boolean enabled) {}

    /** Where sectors are kept. */
    public record Storage(
            @Doc(
                    value = "Directories for sealing and for finished sectors, in lotus-miner's layout. More can be"
                            + " attached while the node runs.",
                    fallback = "storage")
            List<Path> paths,

            @Doc(value = "Space that stays free on every path, so that proofs and logs always fit.", fallback = "64MiB")
            ByteSize reserve) {}

    /** The proof workers. */
    public record ProofWorkers(
            @Doc(
                    value = "Processes that seal and make Groth16 proofs; window proofs have their own besides.",
                    fallback = "1")
            int workers,

            @Doc(
                    value =
                            "Processes that make window proofs, and so partitions that are proven at the same time. More than"
                                    + " one only helps with cores and memory for each, or with as many GPUs.",
                    fallback = "1")
            int windowPostWorkers,

            @Doc(
                    value =
                            "A window proof that has taken so long is taken for hung and begun anew; it is so earlier when half"
                                    + " of the time that was left is over, unless proofs like it are known to need that.",
                    fallback = "15m")
            Duration windowPostLimit,

            @Doc(
                    value = "How long PC1 of a sector may take before its worker is replaced and it begins anew.",
                    fallback = "48h")
            Duration pc1Limit,

            @Doc(value = "The same for PC2.", fallback = "24h")
            Duration pc2Limit,

            @Doc(value = "The same for C2, the Groth16 proof of a sector.", fallback = "24h")
            Duration c2Limit,

            @Doc(value = "Directory of the Groth16 parameters.", fallback = "~/.cache/adit/params")
            Path paramsDir,

            @Doc(
                    value = "The native proof library. Empty: the one that was built or installed for this CPU.",
                    fallback = "")
            Optional<Path> nativeLibrary) {
        /** At least one worker. */
        public ProofWorkers {
            within("proofs.workers", workers, 1, 64);
            within("proofs.window-post-workers", windowPostWorkers, 1, 16);
            within("proofs.window-post-limit in minutes", windowPostLimit.toMinutes(), 1, 24 * 60);
            withinDays("proofs.pc1-limit", pc1Limit);
            withinDays("proofs.pc2-limit", pc2Limit);
            withinDays("proofs.c2-limit", c2Limit);
        }

        private static void withinDays(String key, Duration limit) {
            within(key + " in minutes", limit.toMinutes(), 1, 30 * 24 * 60);
        }
    }

    /** How sectors are sealed. */
    public record Sealing(
            @Doc(value = "Sector size of the miner: 2KiB, 8MiB, 512MiB, 32GiB or 64GiB.", fallback = "8MiB")
            SectorSize sectorSize,

            @Doc(value = "Sectors that may stand open for deals at one time; a deal beyond them waits.", fallback = "2")
            int maxWaitDealsSectors,

            @Doc(
                    value = "How long a sector that is not full waits for another deal. 0s seals at once, as devnets"
                            + " want.",
                    fallback = "6h")
            Duration waitDealsDelay,

            @Doc(value = "Lifetime of a sector without deals, in epochs of 30 s (2880 a day).", fallback = "1555200")
            long expiration,

            @Doc(
                    value = "How long a sector at most waits with its pre-commit for others, so that they go in one"
                            + " message. It waits only while another one is in PC2. 0s never waits; what is ready at"
                            + " the same time goes together all the same.",
                    fallback = "1h")
            Duration preCommitBatchWait,

            @Doc(
                    value = "Most sectors in one PreCommitSectorBatch2, at most 256. chain.max-fee and the like count"
                            + " for each of them.",
                    fallback = "64")
            int preCommitBatchMax,

            @Doc(
                    value = "How long a proven sector at most waits for others, so that their proofs go in one"
                            + " ProveCommitSectors3. It waits only while another one is being proven (C1, C2). 0s never"
                            + " waits; what is ready at the same time goes together all the same.",
                    fallback = "1h")
            Duration commitBatchWait,

            @Doc(
                    value = "Most sectors in one ProveCommitSectors3, each with its own proof. The 64 KiB of a message"
                            + " hold some 30 proofs of 32 GiB sectors; more go in the next message.",
                    fallback = "24")
            int commitBatchMax,

            @Doc(
                    value = "Nothing waits for a batch any more when its message is due within so many epochs: when the"
                            + " ticket or the pre-commit expires, or a deal has to be activated. 360 are 3 hours.",
                    fallback = "360")
            long batchSlack) {
        /** Bounds that the chain sets. */
        public Sealing {
            within("sealing.pre-commit-batch-max", preCommitBatchMax, 1, 256);
            within("sealing.commit-batch-max", commitBatchMax, 1, 819);
            within("sealing.batch-slack", batchSlack, 0, 86_400);
            within("sealing.max-wait-deals-sectors", maxWaitDealsSectors, 1, 10_000);
            within("sealing.expiration", expiration, 1, 5_256_000);
        }
    }

    /** Making blocks. */
    public record Mining(
            @Doc(
                    value =
                            "Whether blocks are made when the miner has won one. The slash guard must be begun or taken over"
                                    + " for that: adit slash-guard status.",
                    fallback = "true")
            boolean enabled,

            @Doc(
                    value =
                            "A miner in whose name the full node makes the blocks, before Adit puts its own miner in and signs:"
                                    + " one whose worker's key the full node's wallet has. Empty: the full node has our worker's"
                                    + " key, or gives blocks without a signature as Venus does.",
                    fallback = "")
            Optional<String> standIn,

            @Doc(value = "Directory of the slash guard's log, on a disk of this machine.", fallback = "slash")
            Path guard,

            @Doc(
                    value =
                            "File with the slash guard's anchor. Put it on another volume than the log, with other backups:"
                                    + " it tells that the log was restored.",
                    fallback = "slash-anchor")
            Path anchor,

            @Doc(
                    value =
                            "Whether to make no blocks for about three epochs after a reboot, in case the disk was restored"
                                    + " meanwhile. Only a network without other block producers must say false.",
                    fallback = "true")
            boolean waitAfterMove,

            @Doc(
                    value =
                            "How long after an epoch's time its blocks are waited for before a block is put on top of them."
                                    + " Empty: a third of the block time, 10s on mainnet.",
                    fallback = "")
            Optional<Duration> propagationDelay,

            @Doc(
                    value =
                            "How many epochs old the head may be for a block to be made on it. An older one means that the"
                                    + " full node is not synced or the clock is wrong.",
                    fallback = "10")
            long maxNullRounds,

            @Doc(value = "How long a disk may take to answer for the sector that a block needs.", fallback = "10s")
            Duration readTimeout) {
        /** Counts that make sense. */
        public Mining {
            within("mining.max-null-rounds", maxNullRounds, 0, 10_000_000);
            within("mining.read-timeout", readTimeout.toMillis(), 1, 600_000);
        }
    }

    /** Logs. */
    public record Log(
            @Doc(value = "console for people, json for log collectors.", fallback = "console")
            Format format,

            @Doc(value = "error, warn, info, debug or trace.", fallback = "info")
            Level level) {
        /** How lines look. */
        public enum Format {
            CONSOLE,
            JSON
        }

        /** What is logged. */
        public enum Level {
            ERROR,
            WARN,
            INFO,
            DEBUG,
            TRACE
        }
    }

    static void within(String key, long given, long least, long most) {
        if (given < least || given > most) {
            throw new InvalidValueException(key, given, least + " to " + most);
        }
    }
}
