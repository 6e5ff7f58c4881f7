package io.adit.chain.node.json;

import static io.adit.chain.node.json.JsonTypes.map;
import static io.adit.chain.node.json.JsonTypes.object;
import static io.adit.chain.node.json.LotusJson.ACTOR_ID;
import static io.adit.chain.node.json.LotusJson.CID;
import static io.adit.chain.node.json.LotusJson.EPOCH;
import static io.adit.chain.node.json.LotusJson.PADDED_SIZE;

import io.adit.chain.node.Allocation;
import java.util.Map;

/** Shapes of the verified registry's state. */
public final class RegistryJson {

    private RegistryJson() {}

    /** DataCap set aside for a piece. */
    public static final JsonType<Allocation> ALLOCATION = object(
            "allocation",
            in -> new Allocation(
                    in.get("Client", ACTOR_ID),
                    in.get("Provider", ACTOR_ID),
                    in.get("Data", CID),
                    in.get("Size", PADDED_SIZE),
                    in.get("TermMin", EPOCH),
                    in.get("TermMax", EPOCH),
                    in.get("Expiration", EPOCH)),
            (out, value) -> out.put("Client", ACTOR_ID, value.client())
                    .put("Provider", ACTOR_ID, value.provider())
                    .put("Data", CID, value.data())
                    .put("Size", PADDED_SIZE, value.size())
                    .put("TermMin", EPOCH, value.termMin())
                    .put("TermMax", EPOCH, value.termMax())
                    .put("Expiration", EPOCH, value.expiration()));

    /** Allocations by ID. */
    public static final JsonType<Map<Long, Allocation>> ALLOCATIONS =
            map(Long::toUnsignedString, Long::parseUnsignedLong, ALLOCATION);
}
