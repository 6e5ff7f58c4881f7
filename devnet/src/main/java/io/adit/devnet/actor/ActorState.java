package io.adit.devnet.actor;

import io.adit.core.ipld.CborWriter;

/** The state of one actor. Mutable only between {@link StateTree#write} and the end of the call that wrote it. */
public interface ActorState {
    /** An independent copy; immutable parts may be shared. */
    ActorState copy();

    /** Appends one CBOR item from which the actor's head CID is computed; every field that matters must be in it. */
    void encode(CborWriter writer);

    /** The state of an actor that keeps none (system, account, burnt funds). */
    record Empty() implements ActorState {
        @Override
        public ActorState copy() {
            return this;
        }

        @Override
        public void encode(CborWriter writer) {
            writer.array(0);
        }
    }
}
