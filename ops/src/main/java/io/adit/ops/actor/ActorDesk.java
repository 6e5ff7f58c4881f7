package io.adit.ops.actor;

import io.adit.core.ipld.Cid;
import java.util.Optional;

/** Where rehearsed changes are sent from; the keys differ, the message does not. */
public interface ActorDesk extends AutoCloseable {

    /**
     * A message on its way.
     *
     * @param reference under which this desk finds it again, also after a restart
     */
    record Sent(String reference, Cid message) {}

    /**
     * Signs and sends. One that is under way with the same contents is not sent again but answered.
     *
     * @throws io.adit.core.error.AditException when it was not sent; a policy's refusal has its reason
     */
    Sent send(Rehearsal rehearsal);

    /** What became of it, once so many epochs lie on it. */
    Optional<Executed> executed(Sent sent, int confidence);

    @Override
    default void close() {}
}
