package io.adit.core.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeystoreTest {
    private static final KeyDerivation CHEAP = new KeyDerivation(64, 1, 1);
    private static final byte[] MESSAGE = "mars".getBytes(StandardCharsets.UTF_8);

    private static final byte[] SEVENS =
            HexFormat.of().parseHex("0707070707070707070707070707070707070707070707070707070707070707");
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    @TempDir
    Path temporary;

    private Path directory = Path.of("");

    @BeforeEach
    void chooseDirectory() {
        directory = temporary.resolve("keystore");
    }

    private Keystore open(String passphrase) {
        return Keystore.open(directory, passphrase.toCharArray(), CHEAP, new SecureRandom());
    }

    private static void assertCode(KeyErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AditException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private Path onlyFile() throws IOException {
        try (var files = Files.list(directory)) {
            return files.toList().getFirst();
        }
    }

    @Test
    void keysAreThereAgain_whenReopened() {
        Keystore first = open("open sesame");
        Address secp = first.create(SignatureType.SECP256K1);
        Address bls = first.create(SignatureType.BLS);

        Keystore second = open("open sesame");

        assertThat(second.addresses()).containsExactlyInAnyOrder(secp, bls);
        assertThat(second.has(bls)).isTrue();
        for (Address address : List.of(secp, bls)) {
            assertThat(Signatures.verify(address, MESSAGE, second.sign(address, MESSAGE)))
                    .isTrue();
        }
    }

    @Test
    void opensAtFullCost_andMixesCosts() {
        Address cheap = open("pass").create(SignatureType.BLS);

        Address standard = Keystore.open(directory, "pass".toCharArray()).create(SignatureType.SECP256K1);

        assertThat(open("pass").addresses()).containsExactlyInAnyOrder(cheap, standard);
    }

    /** Made once by version 1 of the format; a release that cannot open it locks operators out of their keys. */
    @Test
    void keyFileOfVersionOneOpens_whateverElseChanged() throws IOException {
        Files.createDirectory(directory, OWNER_ONLY);
        Path file = directory.resolve("golden.key.json");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var golden = KeystoreTest.class.getResourceAsStream("/keys/version-1.json")) {
            Files.write(file, Objects.requireNonNull(golden).readAllBytes());
        }

        Keystore keystore = open("golden");

        assertThat(keystore.addresses())
                .containsExactly(PrivateKey.of(SignatureType.SECP256K1, SEVENS).address());
    }

    @Test
    void wrongPassphraseIsNamed() {
        open("right").create(SignatureType.BLS);

        assertCode(KeyErrorCode.KEY_WRONG_PASSPHRASE, () -> open("wrong"));
    }

    @Test
    void filesAreForTheOwnerOnly_andHoldNoSecret() throws IOException {
        Keystore keystore = open("pass");
        Address address = keystore.create(SignatureType.SECP256K1);
        byte[] secret = keystore.export(address).secret();

        Path file = onlyFile();
        String text = Files.readString(file);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        assertThat(text)
                .contains(address.toString())
                .doesNotContain(HexFormat.of().formatHex(secret))
                .doesNotContain(java.util.Base64.getEncoder().encodeToString(secret));
        assertThat(keystore.export(address).toString()).isEqualTo("private key of " + address);
    }

    @Test
    void exposedFileIsRefused() throws IOException {
        open("pass").create(SignatureType.BLS);
        Files.setPosixFilePermissions(onlyFile(), PosixFilePermissions.fromString("rw-r-----"));

        assertCode(KeyErrorCode.KEY_FILE_EXPOSED, () -> open("pass"));
    }

    @Test
    void changedAddressIsNoticed() throws IOException {
        Keystore keystore = open("pass");
        Address address = keystore.create(SignatureType.BLS);
        Address other =
                PrivateKey.generate(SignatureType.BLS, new SecureRandom()).address();
        Path file = onlyFile();
        Files.writeString(file, Files.readString(file).replace(address.toString(), other.toString()));

        assertCode(KeyErrorCode.KEY_WRONG_PASSPHRASE, () -> open("pass"));
    }

    @Test
    void damagedFileIsNamed() throws IOException {
        open("pass").create(SignatureType.BLS);
        Path file = onlyFile();
        for (String content : List.of("", "{}", "[1,2", "{\"version\":1,\"kdf\":{\"name\":\"argon2id\"}}")) {
            Files.writeString(file, content);

            assertCode(KeyErrorCode.KEY_FILE_MALFORMED, () -> open("pass"));
        }
        Files.writeString(file, "x".repeat(20_000));
        assertCode(KeyErrorCode.KEY_FILE_MALFORMED, () -> open("pass"));
    }

    @Test
    void hostileCostIsRefused_beforeMemoryIsTaken() throws IOException {
        open("pass").create(SignatureType.BLS);
        Path file = onlyFile();
        Files.writeString(
                file, Files.readString(file).replaceAll("\"memoryKib\" : \\d+", "\"memoryKib\" : 2000000000"));

        assertCode(KeyErrorCode.KEY_FILE_MALFORMED, () -> open("pass"));
    }

    @Test
    void leftOverTemporaryFileIsIgnored() throws IOException {
        Keystore keystore = open("pass");
        Address address = keystore.create(SignatureType.BLS);
        Files.writeString(directory.resolve(address + ".key.json.tmp"), "half a file");

        assertThat(open("pass").addresses()).containsExactly(address);
    }

    @Test
    void sameKeyTwiceIsRefused_andDeletedKeyIsGone() {
        Keystore keystore = open("pass");
        PrivateKey key = PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom());
        keystore.add(key);

        assertCode(KeyErrorCode.KEY_EXISTS, () -> keystore.add(key));
        keystore.delete(key.address());

        assertCode(KeyErrorCode.KEY_UNKNOWN, () -> keystore.sign(key.address(), MESSAGE));
        assertThat(open("other passphrase").addresses()).isEmpty();
    }

    @Test
    void malformedExportIsRefused_withoutQuotingIt() {
        for (String export : List.of("", "zz", "7b7d", "c0ffee", "7b".repeat(2000))) {
            assertCode(KeyErrorCode.KEY_EXPORT_MALFORMED, () -> PrivateKey.fromLotusExport(export));
        }
        assertThatThrownBy(() -> PrivateKey.fromLotusExport("5eceeeee"))
                .hasMessageNotContaining("5eceeeee")
                .hasNoCause();
    }

    @Test
    void passphraseComesFromFileOrEnvironment() throws IOException {
        Path file = temporary.resolve("passphrase");
        Files.writeString(file, "from file \u00e9\r\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        assertThat(Passphrase.read(Map.of("ADIT_PASSPHRASE", "from env"), Optional.of(file)))
                .isEqualTo("from file \u00e9".toCharArray());
        assertThat(Passphrase.read(Map.of("ADIT_PASSPHRASE_FILE", file.toString()), Optional.empty()))
                .isEqualTo("from file \u00e9".toCharArray());
        assertThat(Passphrase.read(Map.of("ADIT_PASSPHRASE", "from env"), Optional.empty()))
                .isEqualTo("from env".toCharArray());
        assertCode(KeyErrorCode.KEY_NO_PASSPHRASE, () -> Passphrase.read(Map.of(), Optional.empty()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertCode(KeyErrorCode.KEY_FILE_EXPOSED, () -> Passphrase.read(Map.of(), Optional.of(file)));
    }
}
