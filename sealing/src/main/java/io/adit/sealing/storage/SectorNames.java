package io.adit.sealing.storage;

import io.adit.core.fil.ActorId;
import io.adit.core.fil.SectorId;
import io.adit.core.fil.SectorNumber;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** lotus-miner's file names: {@code s-t0<miner>-<number>}. The only way from a sector to a file name and back. */
public final class SectorNames {

    /** Actor ids and sector numbers have at most 19 digits; anything else is no sector's file. */
    private static final Pattern NAME = Pattern.compile("s-[tf]0([0-9]{1,19})-([0-9]{1,19})");

    private SectorNames() {}

    /** The name of a sector's files, the same in every directory. */
    public static String nameOf(SectorId sector) {
        return sector.fileName();
    }

    /** The sector whose file has this name; empty for any other name. */
    public static Optional<SectorId> parse(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SectorId(
                    new ActorId(Long.parseLong(matcher.group(1))), new SectorNumber(Long.parseLong(matcher.group(2)))));
        } catch (RuntimeException outOfRange) {
            return Optional.empty();
        }
    }
}
