package io.adit.core.state;

/**
 * Sums over one client's deals.
 *
 * @param transferBytes of their data
 */
public record ClientTotals(int deals, long transferBytes) {
    /** No deals. */
    public static final ClientTotals NONE = new ClientTotals(0, 0);

    /** With one deal more. */
    public ClientTotals with(long bytes) {
        return new ClientTotals(deals + 1, transferBytes + bytes);
    }
}
