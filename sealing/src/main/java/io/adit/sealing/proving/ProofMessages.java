package io.adit.sealing.proving;

import io.adit.chain.actor.MinerMethod;
import io.adit.chain.actor.SubmitWindowedPoStParams;
import io.adit.chain.message.MessageIntent;
import io.adit.chain.message.MessagePriority;
import io.adit.chain.type.Message;
import io.adit.chain.type.PoStProof;
import io.adit.chain.type.TipSet;
import io.adit.core.fil.TokenAmount;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** The messages that bring a window's proofs onto the chain (SubmitWindowedPoSt). */
final class ProofMessages {
    private final ProvingContext context;
    private final PostGas gas;
    private final ProvingWindow window;

    ProofMessages(ProvingContext context, PostGas gas, ProvingWindow window) {
        this.context = context;
        this.gas = gas;
        this.window = window;
    }

    /** The message of a proof that was made. */
    MessageIntent intent(PartitionProof proof, TipSet head) {
        PartitionProof.Made made = proof.made().orElseThrow();
        var params = new SubmitWindowedPoStParams(
                window.deadline(),
                made.partitions(),
                List.of(new PoStProof(made.type().number(), made.proof().array())),
                window.challenge(),
                context.chainCommit(window, head).bytes());
        return new MessageIntent(
                        proof.messageKey(),
                        context.settings().worker(),
                        context.miner(),
                        TokenAmount.ZERO,
                        MinerMethod.SUBMIT_WINDOWED_POST.number(),
                        params.toCbor(),
                        context.settings().maxFee(),
                        MessagePriority.WINDOW_POST)
                .dueBy(window.close());
    }

    /** The gas limit that the message would have, where it is above what one may have. */
    OptionalLong beyondLimit(PartitionProof proof, TipSet head) {
        MessageIntent intent = intent(proof, head);
        return gas.beyondLimit(
                Message.unpriced(intent.from(), intent.to(), intent.value(), intent.method(), intent.params()), head);
    }

    /** Whether the message that was sent names the chain that this head is on. */
    boolean isForThisFork(PartitionProof proof, TipSet head) {
        byte[] now = context.chainCommit(window, head).bytes();
        return context.outbox()
                .record(proof.messageKey())
                .map(record -> SubmitWindowedPoStParams.fromCbor(record.params().array()))
                .filter(params -> Arrays.equals(params.chainCommitRand(), now))
                .isPresent();
    }
}
