package io.adit.ops.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.message.MessageOutbox;
import io.adit.chain.node.FullNode;
import io.adit.core.config.NodeConfig;
import io.adit.core.error.AditException;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.Cid;
import io.adit.core.keys.Signer;
import io.adit.core.state.StateStore;
import io.adit.ops.OpsError;
import io.adit.ops.actor.ActorDesk;
import io.adit.ops.actor.Executed;
import io.adit.ops.actor.OutboxDesk;
import io.adit.ops.actor.Rehearsal;
import io.adit.ops.cli.NodeApi;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Opens the outbox of a node's directory: through the node while it runs, in its place while it does not. */
public final class ActorOffice {
    private ActorOffice() {}

    /**
     * The desk that sends with the node's own keys.
     *
     * @throws AditException {@link OpsError#ALREADY_RUNNING} when a node runs there and does not answer
     */
    public static ActorDesk open(
            NodeHome home, NodeConfig config, FullNode chain, Signer keys, RandomGenerator random) {
        return answering(home)
                .<ActorDesk>map(RunningDesk::new)
                .orElseGet(() -> standIn(home, config, chain, keys, random));
    }

    private static Optional<NodeApi> answering(NodeHome home) {
        if (!Files.exists(home.apiFile())) {
            return Optional.empty();
        }
        var api = NodeApi.of(home.directory());
        try {
            api.get("/api/v1/messages");
            return Optional.of(api);
        } catch (AditException e) {
            if (e.code() == OpsError.NODE_NOT_RUNNING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static ActorDesk standIn(
            NodeHome home, NodeConfig config, FullNode chain, Signer keys, RandomGenerator random) {
        home.create();
        var lock = home.lock();
        try {
            var store = home.store(config);
            var outbox = new MessageOutbox(store, chain, keys, InstantSource.system());
            return new StandIn(new OutboxDesk(store, outbox, config.chain().maxFee(), random), store, lock);
        } catch (RuntimeException e) {
            close(lock);
            throw e;
        }
    }

    private static void close(FileChannel lock) {
        try {
            lock.close();
        } catch (java.io.IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "unlocking the node's directory", e);
        }
    }

    /** In the place of a node that does not run. */
    private record StandIn(ActorDesk desk, StateStore store, FileChannel lock) implements ActorDesk {
        @Override
        public Sent send(Rehearsal rehearsal) {
            return desk.send(rehearsal);
        }

        @Override
        public Optional<Executed> executed(Sent sent, int confidence) {
            return desk.executed(sent, confidence);
        }

        @Override
        public void close() {
            store.close();
            ActorOffice.close(lock);
        }
    }

    /** Asks the running node. */
    private record RunningDesk(NodeApi api) implements ActorDesk {
        @Override
        public Sent send(Rehearsal rehearsal) {
            var message = rehearsal.message();
            var answer = api.post(
                    "/api/v1/actor/messages",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("name", rehearsal.change().name())
                            .put("message", HexFormat.of().formatHex(message.toCbor())));
            return new Sent(
                    answer.path("reference").asText(),
                    Cid.parse(answer.path("message").asText()));
        }

        @Override
        public Optional<Executed> executed(Sent sent, int confidence) {
            JsonNode answer = api.post(
                    "/api/v1/actor/outcome",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("reference", sent.reference())
                            .put("confidence", confidence));
            if (!answer.path("executed").asBoolean()) {
                return Optional.empty();
            }
            return Optional.of(new Executed(
                    Cid.parse(answer.path("message").asText()),
                    answer.path("exitCode").asLong(),
                    HexFormat.of().parseHex(answer.path("returned").asText()),
                    answer.path("gasUsed").asLong(),
                    new Epoch(answer.path("height").asLong())));
        }
    }
}
