package io.adit.ops;

import io.adit.core.error.AditException;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.ops.cli.ActorCommand;
import io.adit.ops.cli.BenchCommand;
import io.adit.ops.cli.ClientCommand;
import io.adit.ops.cli.ConfigCommand;
import io.adit.ops.cli.DealNameConverter;
import io.adit.ops.cli.DealsCommand;
import io.adit.ops.cli.ExplainCommand;
import io.adit.ops.cli.HttpUrlConverter;
import io.adit.ops.cli.IndexCommand;
import io.adit.ops.cli.InfoCommand;
import io.adit.ops.cli.InitCommand;
import io.adit.ops.cli.IpniCommand;
import io.adit.ops.cli.LauncherCommands;
import io.adit.ops.cli.MessagesCommand;
import io.adit.ops.cli.MiningCommand;
import io.adit.ops.cli.MultiaddrConverter;
import io.adit.ops.cli.NetCommand;
import io.adit.ops.cli.ParamsCommand;
import io.adit.ops.cli.ProvingCommand;
import io.adit.ops.cli.RunCommand;
import io.adit.ops.cli.SectorsCommand;
import io.adit.ops.cli.SignerCommand;
import io.adit.ops.cli.SlashGuardCommand;
import io.adit.ops.cli.StorageCommand;
import io.adit.ops.cli.TasksCommand;
import io.adit.ops.cli.WalletCommand;
import io.adit.ops.cli.WorkerCommand;
import io.adit.ops.demo.DemoCommand;
import java.net.URI;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code adit} command. Exit codes: 0 done, 1 failed (the message says what to do), 2 wrong usage. */
@Command(
        name = "adit",
        mixinStandardHelpOptions = true,
        version = "adit 0.1.0",
        description = "A Filecoin storage-provider node for the JVM.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            InitCommand.class,
            ParamsCommand.class,
            RunCommand.class,
            WorkerCommand.class,
            InfoCommand.class,
            NetCommand.class,
            IndexCommand.class,
            IpniCommand.class,
            SectorsCommand.class,
            ProvingCommand.class,
            MiningCommand.class,
            SlashGuardCommand.class,
            DealsCommand.class,
            StorageCommand.class,
            WalletCommand.class,
            TasksCommand.class,
            MessagesCommand.class,
            ActorCommand.class,
            SignerCommand.class,
            ClientCommand.class,
            ConfigCommand.class,
            ExplainCommand.class,
            BenchCommand.class,
            LauncherCommands.Devnet.class,
            LauncherCommands.Sim.class,
            LauncherCommands.Test.class,
            LauncherCommands.Build.class,
            CommandLine.HelpCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        footer = {
            "",
            "How do I pay a miner to keep my file? adit explain mars.jpg",
            "Completion: eval \"$(adit generate-completion)\""
        })
public final class AditMain {
    private static final String LOGBACK = "logback.configurationFile";

    public static void main(String[] arguments) {
        // Before the first logger is made; a command's answer is all that may reach standard output.
        System.setProperty(LOGBACK, System.getProperty(LOGBACK, "adit-logback.xml"));
        System.exit(commandLine().execute(arguments));
    }

    /** The command tree, ready to execute; errors are printed with their code and what to do. */
    public static CommandLine commandLine() {
        var line = new CommandLine(new AditMain());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(URI.class, new HttpUrlConverter());
        line.registerConverter(Multiaddr.class, new MultiaddrConverter());
        line.registerConverter(DealName.class, new DealNameConverter());
        line.setExecutionExceptionHandler((problem, command, parsed) -> {
            var err = command.getErr();
            if (problem instanceof AditException known) {
                err.println("adit: " + known.getMessage());
                err.println("      [" + known.code().name() + ", "
                        + known.code().kind().name().toLowerCase(java.util.Locale.ROOT) + "]  adit explain "
                        + known.code().name());
            } else {
                err.println("adit: this is a bug, please report it:");
                problem.printStackTrace(err);
            }
            err.flush();
            return 1;
        });
        return line;
    }
}
