package io.adit.core.fil;

/** How addresses are written: {@code f} on mainnet, {@code t} on every other network. */
public enum Network {
    MAINNET('f'),
    TESTNET('t');

    private final char prefix;

    Network(char prefix) {
        this.prefix = prefix;
    }

    public char prefix() {
        return prefix;
    }
}
