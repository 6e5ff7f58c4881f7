package io.adit.ops.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.core.config.ConfigDocs;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code adit config}: what can be set. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "What can be set.",
        subcommands = ConfigCommand.Default.class,
        synopsisSubcommandLabel = "COMMAND")
public final class ConfigCommand {

    /** {@code adit config default}: every key with its meaning and default, as a file. */
    @Command(
            name = "default",
            mixinStandardHelpOptions = true,
            description = "Print every key with its meaning and default.")
    public static final class Default implements Callable<Integer> {
        @Option(names = "--json", description = "Print JSON: section, key, default and meaning of each.")
        private boolean json;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            var out = Objects.requireNonNull(spec).commandLine().getOut();
            if (json) {
                var rows = JsonNodeFactory.instance.arrayNode();
                ConfigDocs.entries()
                        .forEach(entry -> rows.addObject()
                                .put("section", entry.section())
                                .put("key", entry.key())
                                .put("default", entry.fallback())
                                .put("meaning", entry.meaning()));
                out.println(rows.toPrettyString());
            } else {
                out.print(ConfigDocs.render());
            }
            out.flush();
            return 0;
        }
    }
}
