package io.adit.devnet.node;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adit.chain.node.ReadState;
import io.adit.chain.node.StateApi;
import io.adit.chain.type.TipSetKey;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.Cid;
import io.adit.devnet.actor.ActorCode;
import io.adit.devnet.actor.ActorType;
import io.adit.devnet.actor.MinerState;
import io.adit.devnet.actor.MultisigState;
import java.math.BigInteger;

/**
 * A miner's state in Lotus's fields. Sums, epochs and indices are the state's own; links name the state as a whole, since the
 * devnet's encoding has no parts. Of other actors balance and code are told, and no fields.
 */
interface ReadStateAnswers extends StateApi, Answers {
    @Override
    default ReadState stateReadState(Address actor, TipSetKey key) {
        var link = link(key);
        var tree = Answers.before(link);
        long id = Answers.id(tree, actor);
        var entry = Answers.actor(tree, actor);
        var code = ActorCode.cid(entry.type(), ledger().chain().settings().networkVersion());
        var fields = JsonNodeFactory.instance.objectNode();
        if (entry.type() == ActorType.MINER) {
            fill(fields, tree.read(id, MinerState.class), tree.head(id), link.height());
        } else if (entry.type() == ActorType.MULTISIG) {
            fill(fields, tree.read(id, MultisigState.class), tree.head(id));
        }
        return new ReadState(new TokenAmount(entry.balance()), code, fields);
    }

    private void fill(ObjectNode fields, MinerState state, Cid head, long height) {
        var window = state.deadlineAt(ledger().chain().settings().policy(), height);
        link(fields, "Info", head);
        sum(fields, "PreCommitDeposits", state.preCommitDeposits());
        sum(fields, "LockedFunds", state.lockedFunds());
        var first = state.nextVesting();
        var vesting = fields.putObject("VestingFunds");
        vesting.putObject("Head")
                .put("Epoch", first.map(next -> next.getKey()).orElse(0L))
                .put("Amount", first.map(next -> next.getValue().toString()).orElse("0"));
        link(vesting, "Tail", head);
        sum(fields, "FeeDebt", state.feeDebt());
        sum(fields, "InitialPledge", state.initialPledge());
        link(fields, "PreCommittedSectors", head);
        link(fields, "PreCommittedSectorsCleanUp", head);
        link(fields, "AllocatedSectors", head);
        link(fields, "Sectors", head);
        fields.put("ProvingPeriodStart", window.periodStart().value()).put("CurrentDeadline", window.index());
        link(fields, "Deadlines", head);
        fields.putArray("EarlyTerminations").add(0);
        fields.put("DeadlineCronActive", !state.sectors().isEmpty());
    }

    private static void fill(ObjectNode fields, MultisigState state, Cid head) {
        var signers = fields.putArray("Signers");
        state.signers().forEach(signer -> signers.add(Address.ofId(signer).toString()));
        fields.put("NumApprovalsThreshold", state.threshold()).put("NextTxnID", state.next());
        sum(fields, "InitialBalance", state.lock().initial());
        fields.put("StartEpoch", state.lock().start())
                .put("UnlockDuration", state.lock().duration());
        link(fields, "PendingTxns", head);
    }

    private static void sum(ObjectNode fields, String name, BigInteger amount) {
        fields.put(name, amount.toString());
    }

    private static void link(ObjectNode fields, String name, Cid target) {
        fields.putObject(name).put("/", target.toString());
    }
}
