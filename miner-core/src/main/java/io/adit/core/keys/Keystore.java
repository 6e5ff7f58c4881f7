package io.adit.core.keys;

import io.adit.core.error.AditException;
import io.adit.core.fil.Address;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Private keys in a directory, one encrypted file each, unlocked by one passphrase.
 *
 * <p>Keys are decrypted once, when the keystore is opened, and stay in memory so that proofs can be sent without an
 * operator. The passphrase is turned into a key by Argon2id; files are written with mode 0600, synced and renamed into
 * place, so a key that was created or imported survives a crash.
 */
public final class Keystore implements Signer {
    private static final String SUFFIX = ".key.json";
    private static final int MAX_FILE = 16 * 1024;

    private final Path directory;
    private final SecureRandom random;
    private final KeyDerivation derivation;
    private final byte[] salt;
    private final byte[] wrappingKey;
    private final Map<Address, PrivateKey> keys = new ConcurrentHashMap<>();

    private Keystore(Path directory, SecureRandom random, KeyDerivation derivation, byte[] salt, byte[] wrappingKey) {
        this.directory = directory;
        this.random = random;
        this.derivation = derivation;
        this.salt = salt;
        this.wrappingKey = wrappingKey;
    }

    /**
     * Opens the keystore, creating the directory if it is missing. The passphrase of the first key becomes the
     * keystore's.
     *
     * @param passphrase not kept; the caller may wipe it
     * @throws AditException {@link KeyErrorCode#KEY_WRONG_PASSPHRASE}, {@link KeyErrorCode#KEY_FILE_EXPOSED},
     *     {@link KeyErrorCode#KEY_FILE_MALFORMED} or {@link KeyErrorCode#KEY_STORE_UNAVAILABLE}
     */
    public static Keystore open(Path directory, char[] passphrase) {
        return open(directory, passphrase, KeyDerivation.standard(), new SecureRandom());
    }

    /**
     * {@link #open(Path, char[])} with another cost for new keys and another source of randomness.
     */
    public static Keystore open(Path directory, char[] passphrase, KeyDerivation derivation, SecureRandom random) {
        try {
            SecretFiles.createDirectory(directory);
            SecretFiles.requireOwnerOnly(directory);
            Map<String, byte[]> derived = new HashMap<>();
            Map<Address, PrivateKey> keys = new HashMap<>();
            byte[] salt = new byte[KeyFile.SALT_LENGTH];
            random.nextBytes(salt);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
                for (Path path : files) {
                    KeyFile file = KeyFile.fromJson(SecretFiles.read(path, MAX_FILE), path.toString());
                    byte[] key = derived.computeIfAbsent(
                            file.derivation() + " " + Arrays.toString(file.salt()),
                            cost -> file.derivation().derive(passphrase, file.salt()));
                    keys.put(file.address(), file.unseal(key, path.toString()));
                    if (file.derivation().equals(derivation)) {
                        // New keys share this salt, so that opening costs one derivation however many keys there are.
                        salt = file.salt();
                    }
                }
            }
            byte[] chosen = salt;
            byte[] wrappingKey = derived.computeIfAbsent(
                    derivation + " " + Arrays.toString(chosen), cost -> derivation.derive(passphrase, chosen));
            var keystore = new Keystore(directory, random, derivation, chosen, wrappingKey);
            keystore.keys.putAll(keys);
            return keystore;
        } catch (IOException e) {
            throw unavailable("opening", directory, e);
        }
    }

    /** Makes a new key and answers its address. */
    public Address create(SignatureType type) {
        PrivateKey key = PrivateKey.generate(type, random);
        add(key);
        return key.address();
    }

    /**
     * Stores a key.
     *
     * @throws AditException {@link KeyErrorCode#KEY_EXISTS}
     */
    public synchronized Address add(PrivateKey key) {
        if (keys.containsKey(key.address())) {
            throw new AditException(
                    KeyErrorCode.KEY_EXISTS, "storing the key of " + key.address() + ": it is here already");
        }
        byte[] nonce = new byte[KeyFile.NONCE_LENGTH];
        random.nextBytes(nonce);
        KeyFile file = KeyFile.seal(key, derivation, salt, nonce, wrappingKey);
        try {
            SecretFiles.write(path(key.address()), file.toJson());
        } catch (IOException e) {
            throw unavailable("writing to", directory, e);
        }
        keys.put(key.address(), key);
        return key.address();
    }

    /** The key itself, to be moved elsewhere. */
    public PrivateKey export(Address address) {
        PrivateKey key = keys.get(address);
        if (key == null) {
            throw new AditException(
                    KeyErrorCode.KEY_UNKNOWN,
                    "using the key of " + address + ": the keystore " + directory + " does not have it");
        }
        return key;
    }

    /** Deletes a key for good. */
    public synchronized void delete(Address address) {
        export(address);
        try {
            SecretFiles.delete(path(address));
        } catch (IOException e) {
            throw unavailable("deleting from", directory, e);
        }
        keys.remove(address);
    }

    @Override
    public Set<Address> addresses() {
        return new TreeSet<>(keys.keySet());
    }

    @Override
    public boolean has(Address key) {
        return keys.containsKey(key);
    }

    @Override
    public Signature sign(Address key, byte[] message) {
        return export(key).sign(message);
    }

    private Path path(Address address) {
        return directory.resolve(address + SUFFIX);
    }

    private static AditException unavailable(String doing, Path directory, IOException e) {
        return new AditException(
                KeyErrorCode.KEY_STORE_UNAVAILABLE, doing + " the keystore " + directory + ": " + e.getMessage(), e);
    }
}
