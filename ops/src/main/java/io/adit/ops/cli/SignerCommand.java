package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.signer.RemoteSigner;
import io.adit.chain.signer.SignerPolicy;
import io.adit.chain.signer.SignerServer;
import io.adit.core.config.ConfigDocs;
import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.ops.OpsError;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code adit signer}: keys in a process of their own that signs by a policy ({@code docs/signer.md}). */
@Command(
        name = "signer",
        mixinStandardHelpOptions = true,
        description = {
            "Keep keys in a process of their own, which signs what its policy allows and nothing else.",
            "Its directory has the keystore ('adit wallet --dir'), signer.toml and the socket."
        },
        subcommands = {
            SignerCommand.Init.class,
            SignerCommand.Run.class,
            SignerCommand.Status.class,
            SignerGuardCommand.class,
            SignerCommand.Policy.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class SignerCommand {

    abstract static class InDirectory extends HomeCommand {
        protected SignerPolicy policy() {
            var file = home().signerPolicy();
            if (!Files.exists(file)) {
                throw new AditException(
                        OpsError.NOT_INITIALISED,
                        "there is no policy at " + file + "; make one with 'adit signer init'");
            }
            return SignerPolicy.load(file);
        }
    }

    /** {@code adit signer init}. */
    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description = "Write a policy that lets a node seal and prove for a miner, and nothing more.")
    public static final class Init extends InDirectory {
        /** Deadlines of a proving period, which is a day: each has a proof, counted at its fee cap. */
        private static final long PROOFS_A_DAY = 48;

        @Option(names = "--miner", paramLabel = "MINER", description = "The miner, by ID address. May be given often.")
        private List<String> miners = new ArrayList<>();

        @Option(
                names = "--new-miner-owner",
                paramLabel = "ADDRESS",
                description =
                        "An owner for whom 'adit init' or 'adit actor new' may make a miner, whose deposit is theirs"
                                + " then. May be given often.")
        private List<String> owners = new ArrayList<>();

        @Option(
                names = "--max-fee",
                paramLabel = "FIL",
                defaultValue = "5",
                description = "Most that the gas of one message may cost; not less than the node's"
                        + " chain.max-fee-window-post. Default: ${DEFAULT-VALUE}")
        private String maxFee = "5";

        @Override
        public Integer call() throws IOException {
            var home = home();
            if (Files.exists(home.signerPolicy())) {
                throw new AditException(
                        OpsError.ALREADY_INITIALISED,
                        home.signerPolicy() + " is there already; 'adit signer init' never overwrites one");
            }
            if (miners.isEmpty() && owners.isEmpty()) {
                throw new AditException(
                        OpsError.NODE_REFUSED,
                        "making a policy: name a miner with --miner, or with --new-miner-owner the owner of one to be made");
            }
            var fee = TokenAmount.ofFil(maxFee);
            var named = quoted(miners);
            var text = """
                    # What this signer signs; what is not allowed here is refused. Every key: adit signer policy
                    [messages]
                    miners = [%s]
                    max-fee = "%s"
                    # What messages may cost at their fee caps in a day, not what they do; max-proof-fee-per-day limits proofs.
                    max-fee-per-day = "%s"
                    new-miner-owners = [%s]

                    [deals]
                    ask-miners = [%s]
                    """.formatted(named, fil(fee), fil(fee.times(PROOFS_A_DAY + 2)), quoted(owners), named);
            home.create();
            home.writeSecret(home.signerPolicy(), text);
            var policy = policy();
            var folder = Objects.requireNonNull(
                    policy.socket().path().toAbsolutePath().getParent());
            Files.createDirectories(folder);
            ownerOnly(folder);
            var keys = home.keystore(System.getenv(), new SecureRandom()).addresses();
            if (json) {
                out().println(JsonNodeFactory.instance
                        .objectNode()
                        .put("policy", home.signerPolicy().toString())
                        .put("socket", policy.socket().path().toString())
                        .put("keys", keys.size()));
            } else {
                out().println("Policy in " + home.signerPolicy() + ", " + keys.size() + " keys.");
                out().println("Keys come in with 'adit wallet import --dir " + home.directory()
                        + "'; then: adit signer run" + " --dir " + home.directory());
                out().println("The node's config.toml: [keys] signer = \"unix:"
                        + policy.socket().path() + "\"");
            }
            out().flush();
            return 0;
        }

        private static String quoted(List<String> addresses) {
            return addresses.stream()
                    .map(Address::parse)
                    .map(address -> "\"" + address + "\"")
                    .collect(Collectors.joining(", "));
        }

        private static String fil(TokenAmount amount) {
            return amount.toString().replace(" FIL", "");
        }

        private static void ownerOnly(Path folder) throws IOException {
            Files.setPosixFilePermissions(folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** {@code adit signer run}. */
    @Command(name = "run", mixinStandardHelpOptions = true, description = "Run the signer until it is asked to stop.")
    public static final class Run extends InDirectory {
        @Option(
                names = "--exit-with-parent",
                hidden = true,
                description = "Stop when standard input closes; for programs that start a signer.")
        private boolean exitWithParent;

        @Override
        public Integer call() throws InterruptedException {
            var policy = policy();
            var keys = home().keystore(System.getenv(), new SecureRandom());
            try (var lifetime = new Lifetime();
                    var server = SignerServer.start(keys, policy, InstantSource.system(), new SimpleMeterRegistry())) {
                lifetime.begin(exitWithParent);
                var socket = policy.socket().path().toString();
                out().println(
                                json
                                        ? JsonNodeFactory.instance
                                                .objectNode()
                                                .put("signing", socket)
                                                .put("keys", keys.addresses().size())
                                                .put("guards", server.guards().size())
                                                .toString()
                                        : "Signing for " + keys.addresses().size() + " keys at " + socket);
                out().flush();
                lifetime.await();
            }
            return 0;
        }
    }

    /** {@code adit signer status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Ask the running signer for its keys and how its slash guards stand.")
    public static final class Status extends InDirectory {
        @Override
        public Integer call() {
            var policy = policy();
            var signer =
                    new RemoteSigner(policy.socket().path(), policy.socket().timeout());
            var network = home().load(System.getenv(), Map.of()).chain().network();
            var answer = JsonNodeFactory.instance
                    .objectNode()
                    .put("socket", policy.socket().path().toString());
            var keys = answer.putArray("keys");
            signer.addresses().forEach(key -> keys.add(key.toString(network)));
            var guards = answer.putArray("guards");
            for (var text : policy.blocks().miners()) {
                guard(guards.addObject().put("miner", text), signer, Address.parse(text));
            }
            if (json) {
                out().println(answer);
            } else {
                out().println("The signer answers at " + policy.socket().path());
                keys.forEach(key -> out().println("  key    " + key.asText()));
                guards.forEach(
                        guard -> out().println("  guard  " + guard.path("miner").asText() + ", signed up to epoch "
                                + guard.path("highWater").asLong()
                                + (guard.path("doubt").asText().isEmpty()
                                        ? ""
                                        : "; refuses: " + guard.path("doubt").asText() + ", "
                                                + guard.path("detail").asText())));
            }
            out().flush();
            return 0;
        }
    }

    /** One that is not open costs the blocks of its miner, and no more than its line here. */
    private static void guard(ObjectNode line, RemoteSigner signer, Address miner) {
        try {
            var status = signer.status(miner);
            line.put("doubt", status.doubt().map(Enum::name).orElse(""))
                    .put("detail", status.detail())
                    .put("highWater", status.highWater().value());
        } catch (AditException e) {
            line.put("doubt", e.code().name()).put("detail", e.getMessage()).put("highWater", -1);
        }
    }

    /** {@code adit signer policy}. */
    @Command(
            name = "policy",
            mixinStandardHelpOptions = true,
            description = "Print every key of a policy with its meaning and default.")
    public static final class Policy extends InDirectory {
        @Override
        public Integer call() {
            if (json) {
                var rows = JsonNodeFactory.instance.arrayNode();
                ConfigDocs.entries(SignerPolicy.class)
                        .forEach(entry -> rows.addObject()
                                .put("section", entry.section())
                                .put("key", entry.key())
                                .put("default", entry.fallback())
                                .put("meaning", entry.meaning()));
                out().println(rows.toPrettyString());
            } else {
                out().print(SignerPolicy.document());
            }
            out().flush();
            return 0;
        }
    }
}
