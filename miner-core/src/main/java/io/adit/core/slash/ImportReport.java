package io.adit.core.slash;

import io.adit.core.fil.Epoch;

/**
 * What an import did.
 *
 * @param added blocks that the log did not know
 * @param floor the floor afterwards; -1 for none
 * @param conflicts epochs with two different signed blocks: faults that are committed, by whichever copy
 */
public record ImportReport(int added, Epoch floor, long conflicts) {}
