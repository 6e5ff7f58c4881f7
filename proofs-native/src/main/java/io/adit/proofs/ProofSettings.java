package io.adit.proofs;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What the proof library reads from its environment, once per process, at its first real call.
 *
 * @param parameters directory with proof parameters and verifying keys
 * @param parentCache directory for the parent caches of PC1 (14 MiB at 8 MiB sectors, 56 GiB at 32 GiB)
 * @param threads threads of the library's pools; empty means all cores
 * @param logLevel how much of the library's log is shown: off, error, warn, info, debug, trace
 * @param extra further {@code FIL_PROOFS_*} variables; they win over the others, and over what a worker inherits
 */
public record ProofSettings(
        Path parameters, Path parentCache, OptionalInt threads, String logLevel, Map<String, String> extra) {
    public ProofSettings {
        extra = Map.copyOf(extra);
    }

    /** Parameters from one directory, parent caches beside them, every core, warnings only. */
    public static ProofSettings of(Path parameters) {
        var absolute = parameters.toAbsolutePath();
        return new ProofSettings(absolute, absolute.resolveSibling("parents"), OptionalInt.empty(), "warn", Map.of());
    }

    public ProofSettings withExtra(String name, String value) {
        var more = new TreeMap<>(extra);
        more.put(name, value);
        return new ProofSettings(parameters, parentCache, threads, logLevel, more);
    }

    /** The variables by name. */
    Map<String, String> environment() {
        var variables = new TreeMap<String, String>();
        variables.put("FIL_PROOFS_PARAMETER_CACHE", parameters.toAbsolutePath().toString());
        variables.put("FIL_PROOFS_PARENT_CACHE", parentCache.toAbsolutePath().toString());
        threads.ifPresent(count -> {
            variables.put("RAYON_NUM_THREADS", Integer.toString(count));
            variables.put("EC_GPU_NUM_THREADS", Integer.toString(count));
        });
        variables.put("ADIT_LOG_LEVEL", logLevel);
        variables.putAll(extra);
        return variables;
    }
}
