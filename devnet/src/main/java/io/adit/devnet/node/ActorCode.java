package io.adit.devnet.node;

import io.adit.core.ipld.Cid;
import io.adit.core.ipld.Multihash;
import io.adit.devnet.actor.ActorType;
import java.nio.charset.StandardCharsets;

/**
 * The code CIDs of the devnet's actors: identity multihashes of a name, as the first Filecoin networks had. The devnet runs
 * no WASM and must not claim the CID of any; a client that decides by code CID sees by its name what this is.
 */
final class ActorCode {
    private ActorCode() {}

    static Cid cid(ActorType type, long networkVersion) {
        var name = "adit/" + (networkVersion - 10) + "/" + type.label();
        return Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, name.getBytes(StandardCharsets.UTF_8)));
    }
}
