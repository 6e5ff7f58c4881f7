package io.adit.core.slash;

import io.adit.core.error.AditException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a guard is in doubt about, in words for the operator. */
final class Doubts {
    private final Set<Doubt> all = EnumSet.of(Doubt.CHAIN_NOT_SEEN);
    private String detail = "";

    /** Adds one; answers whether it is new. */
    boolean add(Doubt doubt) {
        return all.add(doubt);
    }

    boolean add(Doubt doubt, String why) {
        detail = why;
        return all.add(doubt);
    }

    /** Ends all doubts but these. */
    void retain(Set<Doubt> kept) {
        all.retainAll(kept);
        forgetDetail();
    }

    void remove(Doubt doubt) {
        all.remove(doubt);
        forgetDetail();
    }

    private void forgetDetail() {
        if (all.stream().allMatch(doubt -> doubt == Doubt.CHAIN_NOT_SEEN)) {
            detail = "";
        }
    }

    boolean has(Doubt doubt) {
        return all.contains(doubt);
    }

    boolean isNone() {
        return all.isEmpty();
    }

    /** Whether nothing speaks against what can be read in the files. */
    boolean areOfFilesNone() {
        return all.stream().allMatch(doubt -> doubt == Doubt.CHAIN_NOT_SEEN || doubt == Doubt.LOG_UNWRITABLE);
    }

    String detail() {
        return detail;
    }

    /** The one to tell of. */
    Optional<Doubt> worst() {
        return all.stream()
                .filter(doubt -> doubt != Doubt.CHAIN_NOT_SEEN)
                .findFirst()
                .or(() -> all.stream().findFirst());
    }

    /** The refusal to do something while there is a doubt. */
    AditException refusal(String doing) {
        var doubt = worst().orElseThrow();
        return doubt == Doubt.CHAIN_NOT_SEEN
                ? new AditException(
                        SlashErrorCode.SLASH_IN_DOUBT, doing + ": " + doubt.sentence() + "; resume the guard first")
                : refusal(doing, doubt.sentence());
    }

    AditException refusal(String doing, String why) {
        return new AditException(
                SlashErrorCode.SLASH_IN_DOUBT,
                doing + ": " + why + (detail.isEmpty() ? "" : " (" + detail + ")")
                        + "; import the last signer's protection file or state the last epoch that may be signed");
    }
}
