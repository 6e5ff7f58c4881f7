package io.adit.chain.actor;

import io.adit.core.fil.Address;
import io.adit.core.fil.TokenAmount;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.Hashes;
import java.util.List;

/**
 * A message that a multisig is to send once enough of its signers have approved (Lotus {@code api.MsigTransaction}).
 *
 * @param id the number under which it is approved
 * @param value attoFIL of the multisig's own
 * @param approved by whom, ID addresses; the proposer first
 */
public record MultisigTransaction(
        long id, Address to, TokenAmount value, long method, byte[] params, List<Address> approved) {

    public MultisigTransaction {
        params = params.clone();
        approved = List.copyOf(approved);
    }

    @Override
    public byte[] params() {
        return params.clone();
    }

    /** The same with other approvals. */
    public MultisigTransaction approvedBy(List<Address> signers) {
        return new MultisigTransaction(id, to, value, method, params, signers);
    }

    /** BLAKE2b-256 over proposer, receiver, value, method and parameters (builtin-actors {@code compute_proposal_hash}). */
    public byte[] proposalHash() {
        var writer = new CborWriter().array(5);
        if (approved.isEmpty()) {
            writer.nul();
        } else {
            writer.bytes(approved.getFirst().bytes());
        }
        writer.bytes(to.bytes());
        writer.bytes(value.cborBytes());
        writer.uint(method);
        writer.bytes(params);
        return Hashes.blake2b256(writer.toByteArray());
    }
}
