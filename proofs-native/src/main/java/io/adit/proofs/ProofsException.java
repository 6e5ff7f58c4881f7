package io.adit.proofs;

import io.adit.core.error.AditException;
import io.adit.core.fil.SectorNumber;
import java.util.Optional;

/** A proof call that gave no answer; {@link #error()} says why. */
public final class ProofsException extends AditException {
    private static final long serialVersionUID = 1L;

    private final ProofsError error;
    private final Optional<SectorNumber> sector;

    public ProofsException(ProofsError error, String message) {
        this(error, message, Optional.empty());
    }

    ProofsException(ProofsError error, String message, Optional<SectorNumber> sector) {
        super(error, message);
        this.error = error;
        this.sector = sector;
    }

    public ProofsException(ProofsError error, String message, Throwable cause) {
        super(error, message, cause);
        this.error = error;
        this.sector = Optional.empty();
    }

    public ProofsError error() {
        return error;
    }

    /**
     * The sector that a {@link ProofsError#NATIVE_PANIC} of {@link Proofs#windowPoSt} came over, or the first one if the
     * process is to blame.
     */
    public Optional<SectorNumber> sector() {
        return sector;
    }
}
