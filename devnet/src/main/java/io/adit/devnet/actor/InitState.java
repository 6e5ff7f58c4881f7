package io.adit.devnet.actor;

import io.adit.core.ipld.CborWriter;

/** The init actor: which ID comes next. The map from addresses to IDs is kept by the {@link StateTree}. */
public final class InitState implements ActorState {
    private long nextId;

    public InitState(long nextId) {
        this.nextId = nextId;
    }

    long allocate() {
        return nextId++;
    }

    @Override
    public InitState copy() {
        return new InitState(nextId);
    }

    @Override
    public void encode(CborWriter writer) {
        writer.array(1).uint(nextId);
    }
}
