package io.adit.devnet.chain;

import static io.adit.devnet.chain.BlockFault.WRONG_MESSAGE;

import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signatures;
import io.adit.devnet.actor.ActorType;
import io.adit.devnet.actor.GasMeter;
import io.adit.devnet.actor.StateTree;
import io.adit.devnet.policy.ProtocolLimits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/** Whether the messages of a provider's block can stand in it (Lotus {@code checkBlockMessages}). */
final class BlockMessageCheck {
    private final StateTree state;
    private final Map<Long, Long> nextNonces = new HashMap<>();
    private long gasLimits;

    private BlockMessageCheck(StateTree state) {
        this.state = state;
    }

    /** Checks all messages on the state after the parents' messages. */
    static void check(FullBlock block, Link parents) {
        var check = new BlockMessageCheck(parents.after());
        check.checkAggregate(block);
        for (var signed : block.messages()) {
            check.checkMessage(signed);
        }
    }

    private static BlockRefusedException invalid(String text) {
        return BlockCheck.refused(WRONG_MESSAGE, "block had invalid messages: " + text);
    }

    private void checkAggregate(FullBlock block) {
        var keys = new ArrayList<Address>();
        var contents = new ArrayList<byte[]>();
        for (var signed : block.bls()) {
            keys.add(key(signed.message().from()));
            contents.add(signed.message().signingBytes());
        }
        if (!Signatures.verifyAggregate(
                keys, contents, block.header().blsAggregate().orElseThrow())) {
            throw invalid("bls aggregate signature was invalid: bls aggregate signature failed to verify");
        }
    }

    private Address key(Address from) {
        if (from.isKey()) {
            return from;
        }
        return state.resolve(from)
                .flatMap(state::find)
                .filter(entry -> entry.type() == ActorType.ACCOUNT)
                .flatMap(entry -> entry.robust())
                .orElseThrow(() -> invalid("failed to resolve key addr: " + from + " is not an account"));
    }

    private void checkMessage(SignedMessage signed) {
        var message = signed.message();
        var cid = signed.cid();
        long least = GasMeter.inclusionCost(Chain.onChainLength(signed));
        if (message.gasLimit() < least || message.gasLimit() > ProtocolLimits.BLOCK_GAS_LIMIT) {
            throw invalid("msg " + cid + " invalid for block inclusion: 'GasLimit' field " + message.gasLimit()
                    + " must be from " + least + " to " + ProtocolLimits.BLOCK_GAS_LIMIT);
        }
        if (message.version() != 0
                || message.value().isNegative()
                || message.gasPremium().isNegative()
                || message.gasPremium().compareTo(message.gasFeeCap()) > 0) {
            throw invalid("msg " + cid + " invalid for block inclusion: version, value or gas prices are out of range");
        }
        gasLimits += message.gasLimit();
        if (gasLimits > ProtocolLimits.BLOCK_GAS_LIMIT) {
            throw invalid("block gas limit exceeded");
        }
        checkNonce(signed);
        boolean own = signed.signature().type() == SignatureType.SECP256K1;
        if (own && !Signatures.verify(key(message.from()), message.signingBytes(), signed.signature())) {
            throw invalid("secpk message " + cid + " has invalid signature");
        }
    }

    private void checkNonce(SignedMessage signed) {
        var message = signed.message();
        long sender = state.resolve(message.from())
                .orElseThrow(() -> invalid("failed to lookup sender " + message.from() + ": actor not found"));
        var entry = state.find(sender).orElseThrow(() -> invalid("failed to get actor: actor not found"));
        if (entry.type() != ActorType.ACCOUNT) {
            throw invalid("Sender must be an account actor");
        }
        long next = nextNonces.getOrDefault(sender, entry.nonce());
        if (message.nonce() != next) {
            throw invalid("wrong nonce (exp: " + next + ", got: " + message.nonce() + ")");
        }
        nextNonces.put(sender, next + 1);
    }
}
