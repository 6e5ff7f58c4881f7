package io.adit.core.keys;

/** What a key is asked to sign. The numbers are those of the signer's protocol. */
public enum SigningKind {
    /** A chain message: its CBOR; its CID is signed. */
    MESSAGE(0),
    /** A block header and its parents' headers; the header without its signature is signed. */
    BLOCK(1),
    /** The input of a verifiable random function: a ticket or an election proof. */
    VRF(2),
    /** A deal proposal: its CBOR is signed. */
    DEAL_PROPOSAL(3),
    /** A question for a deal's status: the sixteen bytes of its UUID. */
    DEAL_STATUS(4),
    /** A storage ask: its CBOR is signed. */
    STORAGE_ASK(5);

    private final int number;

    SigningKind(int number) {
        this.number = number;
    }

    /** The number in the signer's protocol. */
    public int number() {
        return number;
    }
}
