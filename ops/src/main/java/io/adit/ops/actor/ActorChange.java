package io.adit.ops.actor;

import io.adit.chain.actor.ActorMethod;
import io.adit.chain.type.ActorKind;
import io.adit.chain.type.Message;
import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import java.util.List;

/**
 * One message of housekeeping, and what it means.
 *
 * @param name the command's word
 * @param sentence what it does, for people
 * @param signer who must sign: an account, by ID or by key
 * @param role what the signer is to the miner
 * @param to the miner, or the power actor for a new one
 * @param value attoFIL that the message carries
 * @param params CBOR; empty for none
 * @param outcome what is different afterwards
 * @param cautions what to know and what may go wrong, sentence by sentence
 */
public record ActorChange(
        String name,
        String sentence,
        Address signer,
        String role,
        Address to,
        TokenAmount value,
        ActorMethod method,
        byte[] params,
        Outcome outcome,
        List<String> cautions) {

    /** Tells what will be different, from what the chain returned when it ran the message. */
    public interface Outcome {
        List<Difference> differences(byte[] returned);
    }

    public ActorChange {
        params = params.clone();
        cautions = List.copyOf(cautions);
    }

    @Override
    public byte[] params() {
        return params.clone();
    }

    /** Whose exit codes it ends with. */
    public ActorKind kind() {
        return to.equals(io.adit.chain.actor.Actor.POWER) ? ActorKind.POWER : ActorKind.MINER;
    }

    /** The message without nonce and gas. */
    public Message message(Address from) {
        return Message.unpriced(from, to, value, method.number(), params);
    }
}
