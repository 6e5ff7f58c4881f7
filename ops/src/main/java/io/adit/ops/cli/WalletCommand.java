package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.signer.SigningContents;
import io.adit.core.fil.Address;
import io.adit.core.keys.Keystore;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import io.adit.ops.actor.MessageFile;
import io.adit.ops.daemon.FullNodes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code adit wallet}: the keys that this node signs with. Works on the keystore itself; no node need run. */
@Command(
        name = "wallet",
        mixinStandardHelpOptions = true,
        description = "The keys that this node or client signs with.",
        subcommands = {
            WalletCommand.List.class,
            WalletCommand.New.class,
            WalletCommand.Balance.class,
            WalletCommand.Import.class,
            WalletCommand.Export.class,
            WalletCommand.SignMessage.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class WalletCommand {

    abstract static class KeystoreCommand extends HomeCommand {
        /** The keystore; made when there is none. */
        protected Keystore keystore() {
            return home().keystore(System.getenv(), new SecureRandom());
        }

        /** As the configured network writes it. */
        protected String text(Address address) {
            return address.toString(
                    home().load(System.getenv(), Map.of()).chain().network());
        }

        protected int print(Address address) {
            out().println(
                            json
                                    ? JsonNodeFactory.instance
                                            .objectNode()
                                            .put("address", text(address))
                                            .toString()
                                    : text(address));
            out().flush();
            return 0;
        }
    }

    /** {@code adit wallet list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Every key's address.")
    public static final class List extends KeystoreCommand {
        @Override
        public Integer call() {
            var folder = home().load(System.getenv(), Map.of()).node().keystore();
            // Looking must not make a keystore where somebody mistyped the directory.
            var addresses = Files.isDirectory(folder) ? keystore().addresses() : java.util.List.<Address>of();
            if (json) {
                var array = JsonNodeFactory.instance.arrayNode();
                addresses.forEach(address -> array.add(text(address)));
                out().println(array);
            } else if (addresses.isEmpty()) {
                out().println("No key in " + folder + ". Make one: adit wallet new");
            } else {
                addresses.forEach(address -> out().println(text(address)));
            }
            out().flush();
            return 0;
        }
    }

    /** {@code adit wallet new}. */
    @Command(name = "new", mixinStandardHelpOptions = true, description = "Make a key and print its address.")
    public static final class New extends KeystoreCommand {
        @Parameters(
                paramLabel = "TYPE",
                arity = "0..1",
                defaultValue = "SECP256K1",
                description = "secp256k1 or bls. Default: ${DEFAULT-VALUE}")
        private SignatureType type = SignatureType.SECP256K1;

        @Override
        public Integer call() {
            return print(keystore().create(type));
        }
    }

    /** {@code adit wallet balance ADDRESS}. */
    @Command(name = "balance", mixinStandardHelpOptions = true, description = "What an address holds on the chain.")
    public static final class Balance extends KeystoreCommand {
        @Mixin
        private ChainOption chain = new ChainOption();

        @Parameters(paramLabel = "ADDRESS", description = "The address to ask about.")
        private String address = "";

        @Override
        public Integer call() {
            try (var node = FullNodes.connect(chain.api(), new SecureRandom())) {
                var balance = node.walletBalance(Address.parse(address));
                out().println(
                                json
                                        ? JsonNodeFactory.instance
                                                .objectNode()
                                                .put("address", address)
                                                .put("balance", balance.atto().toString())
                                                .toString()
                                        : balance.toString());
                out().flush();
                return 0;
            }
        }
    }

    /** {@code adit wallet import}. */
    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            description = "Read a key as Lotus exports it (hex) from standard input.")
    public static final class Import extends KeystoreCommand {
        @Override
        public Integer call() throws IOException {
            var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            var line = input.readLine();
            return print(keystore().add(PrivateKey.fromLotusExport(line == null ? "" : line.strip())));
        }
    }

    /** {@code adit wallet export ADDRESS}. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = "Print a private key as Lotus reads it. Whoever sees it owns the address.")
    public static final class Export extends KeystoreCommand {
        @Parameters(paramLabel = "ADDRESS", description = "Whose key to print.")
        private String address = "";

        @Override
        public Integer call() {
            var key = keystore().export(Address.parse(address)).toLotusExport();
            out().println(
                            json
                                    ? JsonNodeFactory.instance
                                            .objectNode()
                                            .put("address", address)
                                            .put("privateKey", key)
                                            .toString()
                                    : key);
            out().flush();
            return 0;
        }
    }

    /** {@code adit wallet sign-message FILE}. */
    @Command(
            name = "sign-message",
            mixinStandardHelpOptions = true,
            description = {
                "Sign a message that 'adit actor … --unsigned-out' wrote. Needs no chain: bring the file to where the",
                "key is, and back."
            })
    public static final class SignMessage extends KeystoreCommand {
        @Parameters(paramLabel = "FILE", description = "The message.")
        private Path file = Path.of("");

        @Option(names = "--out", paramLabel = "FILE", description = "Where to write it signed. Default: FILE itself.")
        private @Nullable Path out;

        @Option(
                names = {"-y", "--yes"},
                description = "Do not ask.")
        private boolean yes;

        @Override
        public Integer call() {
            var message = MessageFile.read(file);
            var network = FullNodes.networkNamed(message.networkName());
            if (!json) {
                message.lines(network).forEach(out()::println);
                out().flush();
            }
            if (!new Consent(yes, Optional.ofNullable(System.console())).ask("Sign it?")) {
                return 1;
            }
            var signed = message.signed(
                    keystore().sign(message.message().from(), SigningContents.message(message.message())));
            signed.requireSigned();
            var target = out == null ? file : out;
            signed.write(target, network);
            out().println(
                            json
                                    ? JsonNodeFactory.instance
                                            .objectNode()
                                            .put("signed", target.toString())
                                            .put(
                                                    "message",
                                                    signed.requireSigned().cid().toString())
                                            .toString()
                                    : "Signed, in " + target + ". Send it: adit actor send " + target);
            out().flush();
            return 0;
        }
    }
}
