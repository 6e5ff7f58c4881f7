package io.adit.ops.daemon;

import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.slash.Doubt;
import io.adit.core.slash.GuardStatus;
import io.adit.core.slash.SlashErrorCode;
import io.adit.core.slash.SlashGuard;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Which slash guard a node has. Its folder holds a name, and the node's directory the name of the one that was last in use: so a
 * disk that is not mounted does not pass for a guard that was never begun, and nothing is made in the empty folder below it.
 */
final class KnownGuard {
    private final NodeHome home;
    private final Path guard;
    private final Path anchor;

    KnownGuard(NodeHome home, NodeConfig.Mining mining) {
        this.home = home;
        this.guard = mining.guard();
        this.anchor = mining.anchor();
    }

    /**
     * The name of the guard that is to be opened; made where this node has used none.
     *
     * @param hasMined whether this miner has had a guard before, here or with another node on the database
     * @throws AditException {@link SlashErrorCode#SLASH_GUARD_AWAY} where the one that it has used, or its anchor, is not there, or
     *     there is none although the miner had one; {@link OpsError#LOCAL_FILE} where the disk does not say
     */
    String require(BooleanSupplier hasMined) {
        var used = text(home.knownGuardFile());
        if (used.isPresent()) {
            return requireUsed(used.get());
        }
        if (text(holder()).isEmpty() && hasMined.getAsBoolean()) {
            throw away(guard + " holds no slash guard, and this miner has had one, as its database says");
        }
        return madeHere();
    }

    /**
     * Makes sure, without making anything, that a guard may be looked at.
     *
     * @throws AditException as {@link #require}
     */
    void requireToLook() {
        text(home.knownGuardFile()).ifPresent(this::requireUsed);
    }

    private String requireUsed(String used) {
        var here = text(holder());
        if (here.isEmpty()) {
            throw away(guard + " does not hold the slash guard that this node has used");
        }
        if (!here.get().equals(used)) {
            throw away(guard + " holds another slash guard than the one that this node has used");
        }
        if (!isThere(anchor)) {
            throw away("the slash guard's anchor " + anchor + " is not there");
        }
        return used;
    }

    /**
     * Does what makes the guard that is here the node's own, under a name that no other guard has: this one may be a copy of
     * another node's, and by the name a node knows that it signed last. The folder gets the name first and the node's directory
     * last, so that a node which is killed between them finds another guard than its own and waits for the operator.
     *
     * @param open the guard that is here
     * @param work done once the folder has the name; gives the guard a log of its own
     * @throws AditException {@link SlashErrorCode#SLASH_LOG_UNWRITABLE} where its disk is away or fails; it keeps its name then
     */
    <T> T underNewName(SlashGuard open, Supplier<T> work) {
        open.requireUsable();
        var before = text(holder());
        home.writeSecret(holder(), UUID.randomUUID().toString());
        try {
            return work.get();
        } catch (RuntimeException e) {
            if (!(e instanceof AditException known) || known.code() != SlashErrorCode.SLASH_LOG_UNWRITABLE) {
                // Refused: the guard is as it was.
                rename(before);
            }
            throw e;
        }
    }

    /** Whether the guard that is here is the one that this node has used. */
    boolean isOwn() {
        var used = text(home.knownGuardFile());
        return used.isPresent() && used.equals(text(holder()));
    }

    /**
     * The name of the guard that is open, by which this node knows its own from now on.
     *
     * @throws AditException {@link SlashErrorCode#SLASH_GUARD_AWAY} while its disk is
     */
    String adopt() {
        var name = text(holder()).orElseThrow(() -> away(guard + " does not hold its slash guard any more"));
        know(name);
        return name;
    }

    private void rename(Optional<String> name) {
        if (name.isPresent()) {
            home.writeSecret(holder(), name.get());
            return;
        }
        try {
            Files.deleteIfExists(holder());
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "taking " + holder() + " away: " + e, e);
        }
    }

    /** Remembers the guard that is open, unless the operator has yet to decide about it. */
    void remember(GuardStatus status) {
        if (status.doubt().filter(doubt -> doubt != Doubt.CHAIN_NOT_SEEN).isPresent()) {
            return;
        }
        var name = madeHere();
        know(name);
    }

    private void know(String name) {
        if (!text(home.knownGuardFile()).equals(Optional.of(name))) {
            home.writeSecret(home.knownGuardFile(), name);
        }
    }

    private String madeHere() {
        return text(holder()).orElseGet(() -> {
            var name = UUID.randomUUID().toString();
            try {
                Files.createDirectories(guard);
            } catch (IOException e) {
                throw new AditException(OpsError.LOCAL_FILE, "making " + guard + ": " + e, e);
            }
            home.writeSecret(holder(), name);
            return name;
        });
    }

    private Path holder() {
        return guard.resolve("holder");
    }

    private static AditException away(String what) {
        return new AditException(
                SlashErrorCode.SLASH_GUARD_AWAY,
                what
                        + ": mount its disk, the node looks again by itself. Only if it is lost for good: stop the node, then"
                        + " 'adit slash-guard accept-epoch N' or 'adit slash-guard import FILE'");
    }

    private static boolean isThere(Path file) {
        try {
            Files.readAttributes(file, BasicFileAttributes.class);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "looking for " + file + ": " + e, e);
        }
    }

    /** What a file says; empty where it is not there or, after a power cut, says nothing. */
    private static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "reading " + file + ": " + e, e);
        }
    }
}
