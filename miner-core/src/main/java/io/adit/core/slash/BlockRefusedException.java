package io.adit.core.slash;

import io.adit.core.error.AditException;
import java.util.Optional;

/** A block that would be, or could be, a consensus fault. Nothing was written and nothing may be signed. */
public final class BlockRefusedException extends AditException {
    private final transient SlashRule rule;
    private final transient BlockIntent intent;
    private final transient Optional<ProtectedBlock> earlier;

    BlockRefusedException(BlockIntent intent, Refusal refusal) {
        super(SlashErrorCode.SLASH_BLOCK_REFUSED, message(intent, refusal));
        this.rule = refusal.rule();
        this.intent = intent;
        this.earlier = refusal.earlier();
    }

    /** The rule that it breaks. */
    public SlashRule rule() {
        return rule;
    }

    /** The block that was refused. */
    public BlockIntent intent() {
        return intent;
    }

    /** The signed block that it clashes with; empty where only the floor is known. */
    public Optional<ProtectedBlock> earlier() {
        return earlier;
    }

    private static String message(BlockIntent intent, Refusal refusal) {
        var before = refusal.earlier()
                .map(block -> " (signed before: epoch %s, block %s, on epoch %s)"
                        .formatted(block.epoch(), block.block(), block.parentEpoch()))
                .orElse("");
        return "signing block %s of %s at epoch %s on epoch %s: refused by %s: %s%s; skip this round"
                .formatted(
                        intent.block(),
                        intent.miner(),
                        intent.epoch(),
                        intent.parentEpoch(),
                        refusal.rule(),
                        refusal.why(),
                        before);
    }
}
