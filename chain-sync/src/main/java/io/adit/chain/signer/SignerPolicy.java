package io.adit.chain.signer;

import io.adit.chain.actor.ActorMethod;
import io.adit.chain.actor.MarketMethod;
import io.adit.chain.actor.MinerMethod;
import io.adit.core.config.ConfigDocs;
import io.adit.core.config.ConfigErrorCode;
import io.adit.core.config.ConfigLoader;
import io.adit.core.config.Doc;
import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the signer process signs. Everything that is not allowed here is refused. */
public record SignerPolicy(
        @Doc("Who may connect.") Socket socket,
        @Doc("Chain messages.") Messages messages,

        @Doc("Blocks, tickets and election proofs. Blocks pass the slash guard first.")
        Blocks blocks,

        @Doc("Deals.") Deals deals) {

    /** The section {@code [socket]}. */
    public record Socket(
            @Doc(
                    value =
                            "The Unix socket to listen on. Its folder must have mode 0700, the socket gets 0600; where users are"
                                    + " named, the folder may have mode 0710 and a group that they share, and the socket gets"
                                    + " 0660 and that group.",
                    fallback = "signer/signer.sock")
            Path path,

            @Doc(
                    value =
                            "Users, by name, whose processes may connect. Empty: only the user that the signer runs as. The"
                                    + " kernel tells who connects.",
                    fallback = "")
            List<String> users,

            @Doc(
                    value = "How long a connection may take from its beginning to the answer. A slower one is closed.",
                    fallback = "10s")
            Duration timeout,

            @Doc(value = "How many connections may be open at once; more are closed at once.", fallback = "32")
            int connections) {}

    /** The section {@code [messages]}. */
    public record Messages(
            @Doc(value = "Miner actors that messages may go to, by ID address: [\"f01000\"].", fallback = "")
            List<String> miners,

            @Doc(
                    value = "Methods that may be called on them. Never list ChangeWorkerAddress, ChangeOwnerAddress,"
                            + " ChangeBeneficiary or WithdrawBalance for keys that a node can use.",
                    fallback = "SubmitWindowedPoSt, DeclareFaults, DeclareFaultsRecovered, PreCommitSectorBatch2,"
                            + " ProveCommitSectors3, ProveReplicaUpdates3, ProveCommitSectorsNI,"
                            + " ExtendSectorExpiration2, CompactPartitions")
            List<String> minerMethods,

            @Doc(
                    value = "Methods that may be called on the storage market actor (f05).",
                    fallback = "PublishStorageDeals, SettleDealPayments")
            List<String> marketMethods,

            @Doc(
                    value =
                            "Owners for whom miner actors may be made (CreateMiner on f04), by key address. The deposit, up to"
                                    + " max-value, then belongs to that owner's miner. Empty: none are made.",
                    fallback = "")
            List<String> newMinerOwners,

            @Doc(value = "Addresses that plain transfers (method 0) may go to.", fallback = "")
            List<String> transferTo,

            @Doc(value = "Most FIL that one message may carry as value.", fallback = "10")
            TokenAmount maxValue,

            @Doc(
                    value =
                            "Most FIL that the gas of one message may cost: gas limit times fee cap. A window proof has the"
                                    + " highest fee cap that the node's chain.max-fee-window-post allows, so this must not be"
                                    + " less, or proofs are refused.",
                    fallback = "5")
            TokenAmount maxFee,

            @Doc(
                    value =
                            "Most FIL of value in one day (UTC) over all messages. A message that replaces another with the"
                                    + " same sender and nonce counts only for what it adds.",
                    fallback = "100")
            TokenAmount maxValuePerDay,

            @Doc(
                    value = "Most FIL of gas in one day (UTC) over all messages but window proofs and declarations of"
                            + " faults and recoveries, counted likewise. It counts what messages may cost, not what"
                            + " they do.",
                    fallback = "250")
            TokenAmount maxFeePerDay,

            @Doc(
                    value =
                            "Most FIL of gas in one day (UTC) over window proofs and declarations of faults and recoveries,"
                                    + " counted likewise. 0: no limit. What is refused here costs power and fees, so leave room: a day has"
                                    + " 48 window proofs for every 2,349 sectors or so, each counted at the fee cap.",
                    fallback = "0")
            TokenAmount maxProofFeePerDay,

            @Doc(value = "Most messages in one day (UTC).", fallback = "10000")
            int maxPerDay) {}

    /** The section {@code [blocks]}. */
    public record Blocks(
            @Doc(value = "Miners that blocks may be signed for, by ID address. Empty: none.", fallback = "")
            List<String> miners,

            @Doc(
                    value = "CID of the network's genesis block. The slash guard's log and protection files carry it.",
                    fallback = "")
            String genesis,

            @Doc(
                    value =
                            "Time of the genesis block, in seconds since 1970. With it, a header whose time does not follow"
                                    + " from its epoch, or lies ahead, is refused. 0: not checked.",
                    fallback = "0")
            long genesisTime,

            @Doc(value = "Time between epochs.", fallback = "30s")
            Duration blockTime,

            @Doc(value = "Folder of the slash guard's logs, on a disk of this machine.", fallback = "signer/slash")
            Path guard,

            @Doc(
                    value =
                            "Folder of the slash guard's anchors. Put it on another volume than the logs, with other backups:"
                                    + " an anchor tells that a log was restored.",
                    fallback = "signer/anchor")
            Path anchor,

            @Doc(
                    value =
                            "Whether to wait about three epochs after a reboot, in case the disk was restored meanwhile. Only"
                                    + " a network without other block producers must say false.",
                    fallback = "true")
            boolean waitAfterMove) {}

    /** The section {@code [deals]}. */
    public record Deals(
            @Doc(value = "Miners whose storage asks are signed, by ID address.", fallback = "")
            List<String> askMiners,

            @Doc(value = "Whether to sign questions for the status of deals, as a client.", fallback = "true")
            boolean status,

            @Doc(
                    value =
                            "Most FIL that one deal proposal may cost the client: price for all epochs and collateral. 0: no"
                                    + " proposals.",
                    fallback = "0")
            TokenAmount maxProposal) {}

    public SignerPolicy {
        addresses("messages.miners", messages.miners());
        addresses("messages.new-miner-owners", messages.newMinerOwners());
        addresses("messages.transfer-to", messages.transferTo());
        addresses("blocks.miners", blocks.miners());
        addresses("deals.ask-miners", deals.askMiners());
        numbers("messages.miner-methods", MinerMethod.values(), messages.minerMethods());
        numbers("messages.market-methods", MarketMethod.values(), messages.marketMethods());
        require(!socket.timeout().isZero(), "socket.timeout", "above zero");
        require(socket.connections() > 0 && socket.connections() <= 1024, "socket.connections", "1 to 1024");
        require(messages.maxPerDay() >= 0 && messages.maxPerDay() <= 1_000_000, "messages.max-per-day", "0 to 1000000");
        require(
                blocks.miners().isEmpty() || !blocks.genesis().isBlank(),
                "blocks.genesis",
                "set where blocks.miners is");
        require(blocks.blockTime().toSeconds() > 0, "blocks.block-time", "at least 1s");
    }

    /** Reads a policy file (TOML). Relative paths are relative to its folder. */
    public static SignerPolicy load(Path file) {
        return ConfigLoader.loadAs(SignerPolicy.class, file);
    }

    /** Every key with its meaning and its default; a valid policy file, which allows next to nothing. */
    public static String document() {
        return ConfigDocs.render(
                SignerPolicy.class, "What Adit's signer process signs. What is not allowed here is refused.");
    }

    Set<Address> messageMiners() {
        return addresses("messages.miners", messages.miners());
    }

    Set<Address> newMinerOwners() {
        return addresses("messages.new-miner-owners", messages.newMinerOwners());
    }

    Set<Address> transferTargets() {
        return addresses("messages.transfer-to", messages.transferTo());
    }

    Set<Address> blockMiners() {
        return addresses("blocks.miners", blocks.miners());
    }

    Set<Address> askMiners() {
        return addresses("deals.ask-miners", deals.askMiners());
    }

    Set<Long> minerMethodNumbers() {
        return numbers("messages.miner-methods", MinerMethod.values(), messages.minerMethods());
    }

    Set<Long> marketMethodNumbers() {
        return numbers("messages.market-methods", MarketMethod.values(), messages.marketMethods());
    }

    private static Set<Address> addresses(String key, List<String> texts) {
        try {
            return texts.stream().map(Address::parse).collect(Collectors.toUnmodifiableSet());
        } catch (InvalidValueException e) {
            throw bad(key, String.valueOf(e.getMessage()));
        }
    }

    private static Set<Long> numbers(String key, ActorMethod[] known, List<String> names) {
        return names.stream()
                .map(name -> Stream.of(known)
                        .filter(method -> method.methodName().equals(name))
                        .findFirst()
                        .orElseThrow(() -> bad(
                                key,
                                name + " is no method; there are "
                                        + Arrays.stream(known)
                                                .map(ActorMethod::methodName)
                                                .collect(Collectors.joining(", ")))))
                .map(ActorMethod::number)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static void require(boolean holds, String key, String limit) {
        if (!holds) {
            throw bad(key, "it must be " + limit);
        }
    }

    private static AditException bad(String key, String why) {
        return new AditException(ConfigErrorCode.CONFIG_BAD_VALUE, "reading the signer's policy: " + key + ": " + why);
    }
}
