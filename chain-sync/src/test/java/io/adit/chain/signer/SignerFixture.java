package io.adit.chain.signer;

import io.adit.chain.type.BlockHeader;
import io.adit.chain.type.Message;
import io.adit.core.config.ConfigLoader;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.KeyDerivation;
import io.adit.core.keys.Keystore;
import io.adit.core.keys.PrivateKey;
import io.adit.core.keys.SignatureType;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A folder with a keystore and a policy, and things to sign. */
public final class SignerFixture {
    static final String PASSPHRASE = "only for tests";
    static final Address MINER = Address.ofId(1000);
    static final Address OTHER = Address.ofId(1001);
    static final Instant GENESIS_TIME = Instant.parse("2026-01-01T00:00:00Z");
    static final Cid GENESIS = Cid.dagCbor("a network".getBytes(StandardCharsets.UTF_8));
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final Path root;
    public final Path policyFile;
    final Keystore keys;
    final Address worker;
    public final Address sender;

    public SignerFixture(Path root, String morePolicy) throws IOException {
        this.root = root;
        this.policyFile = root.resolve("policy.toml");
        this.keys = Keystore.open(
                root.resolve("keys"), PASSPHRASE.toCharArray(), new KeyDerivation(64, 1, 1), new SecureRandom());
        this.worker = keys.add(PrivateKey.generate(SignatureType.BLS, new SecureRandom()));
        this.sender = keys.add(PrivateKey.generate(SignatureType.SECP256K1, new SecureRandom()));
        Files.writeString(policyFile, policy() + morePolicy);
    }

    private static String policy() {
        return """
                [messages]
                miners = ["f01000"]
                transfer-to = ["f01234"]
                max-value = "10"
                max-fee = "1"
                max-value-per-day = "15"
                max-fee-per-day = "2"
                max-per-day = 6
                [blocks]
                miners = ["f01000"]
                genesis = "%s"
                genesis-time = %d
                """.formatted(GENESIS, GENESIS_TIME.getEpochSecond());
    }

    SignerPolicy policyOf() {
        return ConfigLoader.loadAs(SignerPolicy.class, policyFile);
    }

    Path socket() {
        return root.resolve("signer/signer.sock");
    }

    public RemoteSigner client() {
        return new RemoteSigner(socket(), PATIENCE);
    }

    Message message(long nonce, String fil) {
        return message(MINER, 5, nonce, TokenAmount.ofFil(fil));
    }

    /** Gas for 0.1 FIL. */
    Message message(Address to, long method, long nonce, TokenAmount value) {
        return new Message(
                0,
                to,
                sender,
                nonce,
                value,
                100_000_000,
                TokenAmount.ofAtto(1_000_000_000),
                TokenAmount.ofAtto(1),
                method,
                method == 0 ? new byte[0] : new byte[] {(byte) 0x80});
    }

    static BlockHeader header(Address miner, long epoch, List<BlockHeader> parents, int salt) {
        return new BlockHeader(
                miner,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                parents.stream().map(BlockHeader::cid).toList(),
                BigInteger.valueOf(salt),
                new Epoch(epoch),
                GENESIS,
                GENESIS,
                GENESIS,
                Optional.empty(),
                GENESIS_TIME.plusSeconds(30 * epoch).getEpochSecond(),
                Optional.empty(),
                0,
                TokenAmount.ofAtto(100));
    }

    /** A tipset of others' blocks. */
    static List<BlockHeader> tipset(long epoch, int blocks, List<BlockHeader> parents) {
        return IntStream.range(0, blocks)
                .mapToObj(salt -> header(OTHER, epoch, parents, salt))
                .toList();
    }

    static List<BlockHeader> genesis() {
        return List.of(header(OTHER, 0, List.of(), 0));
    }
}
