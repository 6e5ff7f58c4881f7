package io.adit.ops.actor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adit.chain.actor.MinerMethod;
import io.adit.chain.node.json.ChainJson;
import io.adit.chain.node.json.LotusJson;
import io.adit.chain.type.Message;
import io.adit.chain.type.SignedMessage;
import io.adit.core.error.AditException;
import io.adit.core.fil.Network;
import io.adit.core.keys.Signature;
import io.adit.core.keys.Signatures;
import io.adit.ops.OpsError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A message that is carried to where its key is and back, as JSON: {@code What} it does, {@code Network}, {@code Message} and, once
 * signed, {@code Signature}, both in Lotus's shapes. It holds no secret; what is signed is the message, whatever {@code What} says.
 *
 * @param what for the person who signs; not to be trusted
 * @param networkName the chain's name
 */
public record MessageFile(String what, String networkName, Message message, Optional<Signature> signature) {
    private static final long MOST_BYTES = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The message itself for the person who signs or sends it; what the file says of it comes last. */
    public List<String> lines(Network network) {
        var method = MinerMethod.ofNumber(message.method())
                .map(MinerMethod::methodName)
                .orElse("of its own");
        return List.of(
                "From    " + message.from().toString(network) + ", nonce " + message.nonce() + ", on " + networkName,
                "To      " + message.to().toString(network) + ", method " + message.method() + " (" + method
                        + " if it is a miner)",
                "Value   " + message.value() + ", gas at most " + message.maxFee(),
                "Params  " + HexFormat.of().formatHex(message.params()),
                "Said to " + what);
    }

    /** With a signature. */
    public MessageFile signed(Signature made) {
        return new MessageFile(what, networkName, message, Optional.of(made));
    }

    /**
     * The signed message.
     *
     * @throws AditException {@link OpsError#MALFORMED_FILE} when there is no signature or it is not the sender's
     */
    public SignedMessage requireSigned() {
        var made = signature.orElseThrow(() -> new AditException(
                OpsError.MALFORMED_FILE,
                "the message is not signed yet: 'adit wallet sign-message FILE' where its key is"));
        if (!Signatures.verify(message.from(), message.signingBytes(), made)) {
            throw new AditException(
                    OpsError.MALFORMED_FILE,
                    "the signature is not one of " + message.from() + " over this message; was the file changed?");
        }
        return new SignedMessage(message, made);
    }

    /** Reads a file. */
    public static MessageFile read(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new AditException(OpsError.MALFORMED_FILE, file + " is too long for a message");
            }
            JsonNode node = JSON.readTree(Files.readString(file));
            var signature = node.path("Signature");
            return new MessageFile(
                    node.path("What").asText(),
                    node.path("Network").asText(),
                    ChainJson.MESSAGE.decode(node.path("Message")),
                    signature.isMissingNode() || signature.isNull()
                            ? Optional.empty()
                            : Optional.of(LotusJson.SIGNATURE.decode(signature)));
        } catch (JsonProcessingException e) {
            throw new AditException(OpsError.MALFORMED_FILE, "reading the message in " + file + ": it is no JSON", e);
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "reading the message in " + file + ": " + e.getMessage(), e);
        } catch (io.adit.chain.node.json.LotusJsonException e) {
            throw new AditException(
                    OpsError.MALFORMED_FILE, "reading the message in " + file + ": " + e.getMessage(), e);
        }
    }

    /** Writes a file whole, durably, for everybody to read. */
    public void write(Path file, Network network) {
        var node = JsonNodeFactory.instance.objectNode().put("What", what).put("Network", networkName);
        node.set("Message", ChainJson.MESSAGE.encode(message, network));
        signature.ifPresent(made -> node.set("Signature", LotusJson.SIGNATURE.encode(made, network)));
        var bytes = ByteBuffer.wrap((node.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
        var target = file.toAbsolutePath();
        var temporary = target.resolveSibling(target.getFileName() + ".tmp");
        try {
            try (var channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new AditException(OpsError.LOCAL_FILE, "writing the message to " + file, e);
        }
    }
}
