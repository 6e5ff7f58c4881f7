package io.adit.chain.node.json;

import static io.adit.chain.node.json.JsonTypes.list;
import static io.adit.chain.node.json.JsonTypes.object;
import static io.adit.chain.node.json.LotusJson.ADDRESS;
import static io.adit.chain.node.json.LotusJson.BYTES;
import static io.adit.chain.node.json.LotusJson.INT64;
import static io.adit.chain.node.json.LotusJson.TOKEN_AMOUNT;
import static io.adit.chain.node.json.LotusJson.UINT64;

import io.adit.chain.actor.MultisigTransaction;

/** Shapes of a multisig's state. */
public final class MultisigJson {

    private MultisigJson() {}

    /** A proposal that lacks approvals. */
    public static final JsonType<MultisigTransaction> TRANSACTION = object(
            "multisig transaction",
            in -> new MultisigTransaction(
                    in.get("ID", INT64),
                    in.get("To", ADDRESS),
                    in.get("Value", TOKEN_AMOUNT),
                    in.get("Method", UINT64),
                    in.get("Params", BYTES),
                    in.get("Approved", list(ADDRESS))),
            (out, value) -> out.put("ID", INT64, value.id())
                    .put("To", ADDRESS, value.to())
                    .put("Value", TOKEN_AMOUNT, value.value())
                    .put("Method", UINT64, value.method())
                    .put("Params", BYTES, value.params())
                    .put("Approved", list(ADDRESS), value.approved()));
}
