package io.adit.core.keys;

import io.adit.core.error.ErrorCode;
import io.adit.core.error.ErrorKind;

/** What can go wrong with keys. */
public enum KeyErrorCode implements ErrorCode {
    /** The keystore has no key for the address. */
    KEY_UNKNOWN(
            ErrorKind.OPERATOR,
            "The keystore has no private key for this address. Import it with `adit wallet import`, or use an address that"
                    + " `adit wallet list` shows."),
    /** The passphrase does not open a key file. */
    KEY_WRONG_PASSPHRASE(
            ErrorKind.OPERATOR,
            "The passphrase does not open the key file, or the file was changed. Give the passphrase the key was stored"
                    + " with."),
    /** There is no passphrase. */
    KEY_NO_PASSPHRASE(
            ErrorKind.OPERATOR,
            "The keystore is encrypted and no passphrase was given. Set ADIT_PASSPHRASE, or name a file that only its owner"
                    + " can read."),
    /** A key file or a passphrase file can be read by others. */
    KEY_FILE_EXPOSED(
            ErrorKind.OPERATOR, "A file with a secret can be read by other users. Restrict it: chmod 600 FILE."),
    /** A key file is not one. */
    KEY_FILE_MALFORMED(ErrorKind.OPERATOR, "The file is not a key file of this release, or it is damaged."),
    /** An export is not a Lotus key export. */
    KEY_EXPORT_MALFORMED(
            ErrorKind.OPERATOR,
            "The text is not a Lotus key export, which is the hex form of a JSON object with Type and PrivateKey."),
    /** The key exists already. */
    KEY_EXISTS(ErrorKind.OPERATOR, "The keystore has this key already; nothing was changed."),
    /** A block was to be signed by a signer without a slash guard. */
    KEY_NEEDS_GUARD(
            ErrorKind.BUG,
            "A block was to be signed past the slash guard. Nothing was signed: two blocks at one epoch cost the miner a"
                    + " fine. Report it."),
    /** The keystore directory cannot be read or written. */
    KEY_STORE_UNAVAILABLE(ErrorKind.HARDWARE, "The keystore directory could not be read or written.");

    private final ErrorKind kind;
    private final String explanation;

    KeyErrorCode(ErrorKind kind, String explanation) {
        this.kind = kind;
        this.explanation = explanation;
    }

    @Override
    public ErrorKind kind() {
        return kind;
    }

    @Override
    public String explanation() {
        return explanation;
    }
}
