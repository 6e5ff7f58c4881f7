package io.adit.devnet.node;

import io.adit.chain.actor.MultisigTransaction;
import io.adit.chain.node.MultisigApi;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.devnet.actor.ActorType;
import io.adit.devnet.actor.MultisigState;
import java.util.List;

/** Questions about multisigs. */
interface MultisigAnswers extends MultisigApi, Answers {
    @Override
    default List<MultisigTransaction> msigGetPending(Address multisig, TipSetKey key) {
        var state = state(key);
        var entry = state.resolve(multisig)
                .flatMap(state::find)
                .orElseThrow(() -> Answers.failed("failed to load multisig actor " + multisig + ": actor not found"));
        if (entry.type() != ActorType.MULTISIG) {
            throw Answers.failed("failed to load multisig actor state: unknown actor code "
                    + entry.type().label());
        }
        return ((MultisigState) entry.state()).pending();
    }
}
