package io.adit.devnet.chain;

/** A provider's block is not valid; nothing has changed. The text is Lotus's where Lotus has one. */
public final class BlockRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final BlockFault fault;

    BlockRefusedException(BlockFault fault, String message) {
        super(message);
        this.fault = fault;
    }

    public BlockFault fault() {
        return fault;
    }
}
