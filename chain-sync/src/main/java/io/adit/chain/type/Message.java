package io.adit.chain.type;

import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Cid;
import java.util.Arrays;

/**
 * An unsigned Filecoin message (Filecoin spec, "Message"): a CBOR tuple of ten.
 *
 * @param version always 0
 * @param nonce the sender's call sequence number
 * @param gasLimit gas units the sender pays for at most
 * @param gasFeeCap attoFIL per gas unit, base fee and premium together, at most
 * @param gasPremium attoFIL per gas unit for the block producer, at most
 * @param method the actor's method number; 0 is a plain transfer
 * @param params CBOR of the method's parameters; empty where the method takes none
 */
public record Message(
        long version,
        Address to,
        Address from,
        long nonce,
        TokenAmount value,
        long gasLimit,
        TokenAmount gasFeeCap,
        TokenAmount gasPremium,
        long method,
        byte[] params)
        implements CborRecord {

    /** Longest parameters read; the message pool of a node refuses a signed message over 64 KiB anyway. */
    public static final int MAX_PARAMS = 2 << 20;

    public Message {
        params = params.clone();
    }

    /** A message with no nonce and no gas yet: what {@code GasEstimateMessageGas} is asked about. */
    public static Message unpriced(Address from, Address to, TokenAmount value, long method, byte[] params) {
        return new Message(0, to, from, 0, value, 0, TokenAmount.ZERO, TokenAmount.ZERO, method, params);
    }

    /** Reads one message. */
    public static Message fromCbor(byte[] cbor) {
        return ChainCbor.decode(cbor, Message::read);
    }

    static Message read(CborReader reader) {
        reader.array(10);
        var version = reader.uint();
        var to = ChainCbor.address(reader);
        var from = ChainCbor.address(reader);
        var nonce = reader.uint();
        var value = ChainCbor.tokenAmount(reader);
        var gasLimit = reader.integer();
        var gasFeeCap = ChainCbor.tokenAmount(reader);
        var gasPremium = ChainCbor.tokenAmount(reader);
        var method = reader.uint();
        var params = reader.bytes(MAX_PARAMS);
        return new Message(version, to, from, nonce, value, gasLimit, gasFeeCap, gasPremium, method, params);
    }

    @Override
    public void writeTo(CborWriter writer) {
        writer.array(10).uint(version).bytes(to.bytes()).bytes(from.bytes()).uint(nonce);
        writer.bytes(value.cborBytes())
                .integer(gasLimit)
                .bytes(gasFeeCap.cborBytes())
                .bytes(gasPremium.cborBytes());
        writer.uint(method).bytes(params);
    }

    /** The CID of the unsigned message; its bytes are what secp256k1 and BLS keys sign. */
    public Cid cid() {
        return Cid.dagCbor(toCbor());
    }

    /** What the sender's key signs: the bytes of {@link #cid()}. */
    public byte[] signingBytes() {
        return cid().bytes();
    }

    /** The most attoFIL gas can cost: limit times fee cap. */
    public TokenAmount maxFee() {
        return gasFeeCap.times(gasLimit);
    }

    /** Value and gas together: what the sender's balance must hold. */
    public TokenAmount requiredFunds() {
        return value.plus(maxFee());
    }

    /** This message with another nonce. */
    public Message withNonce(long newNonce) {
        return new Message(version, to, from, newNonce, value, gasLimit, gasFeeCap, gasPremium, method, params);
    }

    /** This message with gas fields. */
    public Message withGas(long newLimit, TokenAmount newFeeCap, TokenAmount newPremium) {
        return new Message(version, to, from, nonce, value, newLimit, newFeeCap, newPremium, method, params);
    }

    @Override
    public byte[] params() {
        return params.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message that && Arrays.equals(toCbor(), that.toCbor());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toCbor());
    }
}
