package io.adit.chain.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.adit.core.fil.Epoch;

/**
 * The settings with which a node runs F3 (Lotus {@code manifest.Manifest}). A provider needs few of its sixty fields; all are kept.
 *
 * @param fields in go-f3's names; durations are nanoseconds
 */
public record F3Manifest(JsonNode fields) {
    /** The network whose votes these are. */
    public String networkName() {
        return fields.path("NetworkName").asText();
    }

    /** Instances are numbered from here. */
    public long initialInstance() {
        return fields.path("InitialInstance").asLong();
    }

    /** Voting begins once this epoch is final. */
    public Epoch bootstrapEpoch() {
        return new Epoch(fields.path("BootstrapEpoch").asLong());
    }
}
