package io.adit.market.mk20;

import io.adit.core.fil.Address;
import java.util.List;
import java.util.Optional;

/** Where direct deals are decided and kept. */
public interface DirectDeals {
    /**
     * Decides a deal; the same deal gets the same answer again. Empty when it is accepted, which then is on disk.
     *
     * @throws io.adit.core.error.AditException when the store cannot be written; then nothing was accepted
     */
    Optional<Refusal> propose(Mk20Deal deal);

    /** Everything that speaks against a deal, without storing anything. */
    List<Refusal> preflight(Mk20Deal deal);

    /** Where data is uploaded. */
    Uploads uploads();

    /** A deal that was accepted. */
    Optional<Standing> find(Ulid id);

    /** Whose signature uploads a deal's data need: that of a direct deal's client, or of an offline deal's over libp2p. */
    Optional<Address> uploader(Ulid id);

    /**
     * How far a deal is.
     *
     * @param error empty unless it failed
     */
    record Standing(Address client, Mk20Deal deal, State state, String error) {}

    /** Curio's names of how far a deal is; its {@code indexing} is a part of sealing here, and not shown. */
    enum State {
        ACCEPTED("accepted"),
        UPLOADING("uploading"),
        PROCESSING("processing"),
        SEALING("sealing"),
        FAILED("failed"),
        COMPLETE("complete");

        private final String wireName;

        State(String wireName) {
            this.wireName = wireName;
        }

        /** As it stands in JSON. */
        public String wireName() {
            return wireName;
        }
    }
}
