package io.adit.ops.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.adit.core.keys.SignatureType;
import io.adit.ops.daemon.NodeHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What looks for secrets in a demo's files would find them. */
class SecretsTest {
    @TempDir
    private Path folder;

    @Test
    void aKeyInALogIsFound_whenItIsWrittenAsAnExportOrInHexOrAsItIs() throws Exception {
        var home = folder.resolve("client");
        var keystore = new NodeHome(home).keystore(Map.of(), new SecureRandom());
        var address = keystore.create(SignatureType.SECP256K1);
        var secrets = new Secrets().addHome(home);
        var passphrase = Files.readString(home.resolve("keystore.passphrase")).strip();

        assertThat(secrets.below(folder)).isEmpty();

        var logs = Files.createDirectory(folder.resolve("logs"));
        Files.writeString(
                logs.resolve("a.log"), "imported " + keystore.export(address).toLotusExport() + " as " + address);
        Files.writeString(logs.resolve("b.log"), "opening the keystore with " + passphrase);
        assertThat(secrets.below(folder))
                .containsExactlyInAnyOrder("logs/a.log: export of " + address, "logs/b.log: keystore.passphrase");
    }
}
