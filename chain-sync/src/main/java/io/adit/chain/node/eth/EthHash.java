package io.adit.chain.node.eth;

import io.adit.core.ipld.Hashes;
import java.util.HexFormat;

/**
 * Thirty-two bytes that name a block (the hash in the tipset key's CID), a transaction (Keccak-256 of its RLP, or the hash in a
 * Filecoin message's CID) or a topic.
 *
 * @param text {@code 0x} and 64 lower-case hexadecimal digits
 */
public record EthHash(String text) implements EthBlock.Entry {
    private static final int BYTES = 32;

    public EthHash {
        text = Hexadecimal.of("Ethereum hash", text, BYTES);
    }

    /** The hash with these 32 bytes. */
    public static EthHash of(byte[] bytes) {
        return new EthHash("0x" + HexFormat.of().formatHex(bytes));
    }

    /** The hash of a signed Ethereum transaction in its RLP form. */
    public static EthHash ofTransaction(byte[] raw) {
        return of(Hashes.keccak256(raw));
    }

    /** A transaction that is shown as its hash only. */
    @Override
    public EthHash hash() {
        return this;
    }

    @Override
    public String toString() {
        return text;
    }
}
