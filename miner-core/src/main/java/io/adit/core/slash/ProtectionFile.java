package io.adit.core.slash;

import io.adit.core.error.AditException;
import io.adit.core.error.InvalidValueException;
import io.adit.core.fil.Address;
import io.adit.core.ipld.Cid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What one signer tells the next: which blocks are signed. The idea, and the two forms, are those of EIP-3076; the JSON is in
 * {@code docs/slash-guard.md}.
 *
 * @param genesis CID of the network's genesis block
 * @param parts one for each miner, or several, which then add up
 */
public record ProtectionFile(Cid genesis, List<Part> parts) {
    /** Longest file that is read. */
    public static final int MAX_BYTES = 64 << 20;

    /**
     * One miner's.
     *
     * @param miner ID address
     * @param signedUpTo the last epoch at which blocks may be signed that are not listed; -1 for none
     * @param blocks the signed blocks that are known; none in the minimal form
     */
    public record Part(Address miner, long signedUpTo, List<ProtectedBlock> blocks) {
        public Part {
            ProtectedBlock.requireId(miner);
            blocks = List.copyOf(blocks);
            if (signedUpTo < SigningHistory.NO_FLOOR) {
                throw new InvalidValueException("signed_up_to", signedUpTo, "an epoch");
            }
        }
    }

    public ProtectionFile {
        parts = List.copyOf(parts);
    }

    static ProtectionFile of(Cid genesis, Address miner, long signedUpTo, List<ProtectedBlock> blocks) {
        return new ProtectionFile(genesis, List.of(new Part(miner, signedUpTo, blocks)));
    }

    /**
     * Reads JSON.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_FILE_MALFORMED}
     */
    public static ProtectionFile parse(String json) {
        return ProtectionJson.parse(json);
    }

    /**
     * Reads a file of at most 64 MiB.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_FILE_MALFORMED}
     */
    public static ProtectionFile read(Path file) {
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw ProtectionJson.malformed(file + " is longer than " + MAX_BYTES + " bytes");
            }
            return parse(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AditException(
                    SlashErrorCode.SLASH_FILE_MALFORMED,
                    "reading the protection file " + file + ": " + e.getMessage(),
                    e);
        }
    }

    /** Writes JSON, indented, with a line end after it. */
    public String toJson() {
        return ProtectionJson.write(this);
    }

    /** What it says of one miner; several parts of it add up. */
    Part partFor(Address miner, Cid network) {
        if (!genesis.equals(network)) {
            throw ProtectionJson.malformed("it is for the network with genesis " + genesis + ", not " + network);
        }
        var own = parts.stream().filter(part -> part.miner().equals(miner)).toList();
        if (own.isEmpty()) {
            throw ProtectionJson.malformed("it says nothing of " + miner);
        }
        long signedUpTo = own.stream().mapToLong(Part::signedUpTo).max().orElse(SigningHistory.NO_FLOOR);
        return new Part(
                miner,
                signedUpTo,
                own.stream().flatMap(part -> part.blocks().stream()).distinct().toList());
    }
}
