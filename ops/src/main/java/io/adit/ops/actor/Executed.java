package io.adit.ops.actor;

import io.adit.chain.node.MessageLookup;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;

/**
 * What became of a message.
 *
 * @param message the CID under which it is on the chain
 * @param returned CBOR
 * @param gasUsed gas units
 */
public record Executed(Cid message, long exitCode, byte[] returned, long gasUsed, Epoch height) {
    public Executed {
        returned = returned.clone();
    }

    @Override
    public byte[] returned() {
        return returned.clone();
    }

    /** From a node's answer. */
    public static Executed of(MessageLookup lookup) {
        var receipt = lookup.receipt();
        return new Executed(
                lookup.message(), receipt.exitCode(), receipt.returnValue(), receipt.gasUsed(), lookup.height());
    }
}
