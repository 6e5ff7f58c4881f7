package io.adit.chain.node;

import io.adit.chain.actor.MultisigTransaction;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import java.util.List;

/** What a multisig that owns a miner waits for (Lotus {@code Msig*}). */
public interface MultisigApi {

    /** Lotus {@code MsigGetPending}: proposals that lack approvals. An actor that is no multisig is a {@link RpcErrorCode#CALL_FAILED}. */
    List<MultisigTransaction> msigGetPending(Address multisig, TipSetKey key);
}
