package io.adit.core.slash;

import java.util.Optional;

/** A rule that a block breaks, and the signed block it clashes with. */
record Refusal(SlashRule rule, Optional<ProtectedBlock> earlier, String why) {
    static Refusal of(SlashRule rule, ProtectedBlock earlier, String why) {
        return new Refusal(rule, Optional.of(earlier), why);
    }
}
