package io.adit.sealing.storage;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adit.core.error.AditException;
import io.adit.sealing.SealingError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@code storage.json} and {@code sectorstore.json} in lotus-miner's shapes. */
final class StorageDeclaration {

    static final String SETTINGS_FILE = "sectorstore.json";

    /** Both files are a few hundred bytes; more is not one of them. */
    private static final long MAX_FILE = 1024 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Declared(
            @JsonProperty("StoragePaths") @Nullable List<DeclaredPath> storagePaths) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record DeclaredPath(@JsonProperty("Path") String path) {}

    private StorageDeclaration() {}

    static List<Path> readPaths(Path storageJson) {
        if (!Files.exists(storageJson)) {
            return List.of();
        }
        List<DeclaredPath> declared = read(storageJson, Declared.class).storagePaths();
        return declared == null
                ? List.of()
                : declared.stream()
                        .map(path -> Path.of(path.path()).toAbsolutePath().normalize())
                        .distinct()
                        .toList();
    }

    static void writePaths(Path storageJson, List<Path> paths) {
        var declared = new Declared(
                paths.stream().map(path -> new DeclaredPath(path.toString())).toList());
        write(storageJson, declared);
    }

    static PathSettings readSettings(Path root) {
        return read(root.resolve(SETTINGS_FILE), PathSettings.class);
    }

    static void writeSettings(Path root, PathSettings settings) {
        write(root.resolve(SETTINGS_FILE), settings);
    }

    private static <T> T read(Path file, Class<T> type) {
        try {
            if (Files.size(file) > MAX_FILE) {
                throw invalid(file, "it is larger than " + MAX_FILE + " bytes", null);
            }
            return JSON.readValue(Files.readAllBytes(file), type);
        } catch (JacksonException e) {
            throw invalid(file, String.valueOf(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw invalid(file, e.toString(), e);
        }
    }

    private static void write(Path file, Object value) {
        try {
            DurableFiles.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(value));
        } catch (IOException e) {
            throw new AditException(SealingError.STORAGE_IO, "writing " + file + ": " + e, e);
        }
    }

    private static AditException invalid(Path file, String what, @Nullable Exception cause) {
        String message = "reading " + file + ": " + what + "; check that the disk is mounted and the file is whole";
        return cause == null
                ? new AditException(SealingError.STORAGE_PATH_INVALID, message)
                : new AditException(SealingError.STORAGE_PATH_INVALID, message, cause);
    }
}
