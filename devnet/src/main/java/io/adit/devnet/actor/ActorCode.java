package io.adit.devnet.actor;

import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The code CIDs of the devnet's actors: identity multihashes of a name, as the first Filecoin networks had. The devnet runs
 * no WASM and must not claim the CID of any; a client that decides by code CID sees by its name what this is.
 */
public final class ActorCode {
    private ActorCode() {}

    /** The code of a kind of actor under a network version. */
    public static Cid cid(ActorType type, long networkVersion) {
        var name = "adit/" + (networkVersion - 10) + "/" + type.label();
        return Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, name.getBytes(StandardCharsets.UTF_8)));
    }

    /** The kind of actor whose code it is, of any network version. */
    static Optional<ActorType> type(Cid code) {
        if (code.codec() != Cid.RAW || code.multihash().code() != Multihash.IDENTITY) {
            return Optional.empty();
        }
        var name = new String(code.multihash().digest(), StandardCharsets.UTF_8);
        return Arrays.stream(ActorType.values())
                .filter(type -> name.matches("adit/[0-9]+/" + type.label()))
                .findFirst();
    }
}
