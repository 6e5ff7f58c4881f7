package io.adit.devnet.pool;

import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.fil.Address;
import io.adit.core.keys.SignatureType;
import io.adit.core.keys.Signatures;
import io.adit.devnet.actor.GasMeter;
import io.adit.devnet.chain.Chain;
import io.adit.devnet.policy.Economics;
import io.adit.devnet.policy.ProtocolLimits;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/** What is wrong with a message whatever the state is, in the order in which Lotus looks. */
final class MessageRules {
    private static final String INVALID = "message not valid for block inclusion: ";

    /** As many good signatures are remembered, since the same bytes come again and again; Lotus does so too. */
    private static final int REMEMBERED = 4096;

    /** Whole messages with their signatures: the CID of a BLS message says nothing about its signature. */
    private final SequencedSet<ByteBuffer> verified = new LinkedHashSet<>();

    void check(SignedMessage signed) {
        var bytes = signed.toCbor();
        int size = bytes.length;
        if (size > ProtocolLimits.MAX_MESSAGE_SIZE) {
            throw new MessageRefusedException("mpool message too large (" + size + "B): message too big");
        }
        checkFields(signed.message());
        if (signed.message().gasFeeCap().atto().longValue() < ProtocolLimits.MINIMUM_BASE_FEE
                && signed.message().gasFeeCap().atto().bitLength() < Long.SIZE) {
            throw new MessageRefusedException("gas fee cap too low");
        }
        if (!verified.contains(ByteBuffer.wrap(bytes))) {
            checkSignature(signed);
            remember(bytes);
        }
        long cost = GasMeter.inclusionCost(Chain.onChainLength(signed));
        if (signed.message().gasLimit() < cost) {
            throw new MessageRefusedException("verify msg failed: message will not be included in a block: "
                    + "'GasLimit' field cannot be less than the cost of storing a message on chain "
                    + signed.message().gasLimit() + " < " + cost);
        }
    }

    private void remember(byte[] bytes) {
        if (verified.size() >= REMEMBERED) {
            verified.removeFirst();
        }
        verified.add(ByteBuffer.wrap(bytes));
    }

    private static void checkFields(Message message) {
        if (message.version() != 0) {
            throw new MessageRefusedException(INVALID + "'Version' unsupported");
        }
        if (message.value().isNegative()) {
            throw new MessageRefusedException(INVALID + "'Value' field cannot be negative");
        }
        if (message.value().atto().compareTo(Economics.TOTAL_FILECOIN) > 0) {
            throw new MessageRefusedException(INVALID + "'Value' field cannot be greater than total filecoin supply");
        }
        if (message.gasFeeCap().isNegative() || message.gasPremium().isNegative()) {
            throw new MessageRefusedException(INVALID + "gas fees cannot be negative");
        }
        if (message.gasPremium().compareTo(message.gasFeeCap()) > 0) {
            throw new MessageRefusedException(INVALID + "'GasFeeCap' less than 'GasPremium'");
        }
        if (message.gasLimit() > ProtocolLimits.BLOCK_GAS_LIMIT) {
            throw new MessageRefusedException(INVALID
                    + "'GasLimit' field cannot be greater than a block's gas limit (" + message.gasLimit() + " > "
                    + ProtocolLimits.BLOCK_GAS_LIMIT + ")");
        }
        if (message.gasLimit() <= 0) {
            throw new MessageRefusedException(INVALID + "'GasLimit' field " + message.gasLimit() + " must be positive");
        }
    }

    private static void checkSignature(SignedMessage signed) {
        var from = signed.message().from();
        var failed = "signature verification failed: ";
        if (!from.isKey()) {
            throw new MessageRefusedException(failed + "failed to validate signature: invalid signature for message "
                    + signed.cid() + ": must resolve ID addresses before using them to verify a signature");
        }
        var expected = from.protocol() == Address.Protocol.BLS ? SignatureType.BLS : SignatureType.SECP256K1;
        boolean valid = signed.signature().type() == expected
                && Signatures.verify(from, signed.message().signingBytes(), signed.signature());
        if (!valid) {
            throw new MessageRefusedException(failed + "failed to validate signature: invalid signature for message "
                    + signed.cid() + " (type " + signed.signature().type().number() + "): signature did not match");
        }
    }
}
