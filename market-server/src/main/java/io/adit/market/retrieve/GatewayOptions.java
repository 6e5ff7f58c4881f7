package io.adit.market.retrieve;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What is served beside blocks and CARs.
 *
 * @param website whether files and directories are shown to browsers
 * @param ipnsRecords a folder with records of names; without it no names are served
 * @param clock tells which records are still valid
 */
public record GatewayOptions(boolean website, Optional<Path> ipnsRecords, InstantSource clock) {
    /** Nothing but what clients can check, and no names. */
    public static final GatewayOptions NONE = new GatewayOptions(false, Optional.empty(), InstantSource.system());
}
