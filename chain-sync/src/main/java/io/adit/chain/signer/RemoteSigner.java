package io.adit.chain.signer;

import io.adit.chain.type.ChainCbor;
import io.adit.core.error.AditException;
import io.adit.core.error.ErrorCode;
import io.adit.core.fil.Address;
import io.adit.core.fil.Epoch;
import io.adit.core.ipld.CborException;
import io.adit.core.ipld.CborReader;
import io.adit.core.keys.KeyErrorCode;
import io.adit.core.keys.Signature;
import io.adit.core.keys.SigningContent;
import io.adit.core.slash.Doubt;
import io.adit.core.slash.GuardStatus;
import io.adit.core.slash.ProtectedBlock;
import io.adit.core.slash.SlashErrorCode;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The client of a {@link SignerServer}. Every request is one connection with one deadline; one that breaks before its answer
 * is made once more, which is harmless: the same content gets the same signature and is counted once.
 */
public final class RemoteSigner implements BlockSigner {
    private static final int MAX_KEYS = 10_000;
    private static final int MAX_SIGNATURE = 200;
    private static final List<ErrorCode> CODES = Stream.<ErrorCode[]>of(
                    SignerErrorCode.values(), SlashErrorCode.values(), KeyErrorCode.values())
            .flatMap(Stream::of)
            .toList();

    private final Path socket;
    private final Duration timeout;

    /** Does not connect yet. */
    public RemoteSigner(Path socket, Duration timeout) {
        this.socket = socket;
        this.timeout = timeout;
    }

    @Override
    public Set<Address> addresses() {
        return ask(
                new SignerWire.Addresses(),
                reader -> new TreeSet<>(ChainCbor.list(reader, MAX_KEYS, "keys", ChainCbor::address)));
    }

    /** Refuses: the signer signs only what it can read. */
    @Override
    public Signature sign(Address key, byte[] message) {
        throw new AditException(
                SignerErrorCode.SIGNER_NEEDS_CONTENT,
                "signing %d bytes with %s: the signer process must be shown what they are"
                        .formatted(message.length, key));
    }

    @Override
    public Signature sign(Address key, SigningContent content) {
        return ask(
                new SignerWire.Sign(key, content.kind(), content.content()),
                reader -> Signature.fromBytes(reader.bytes(MAX_SIGNATURE)));
    }

    @Override
    public void resume(Address miner, Epoch now, List<ProtectedBlock> ownBlocks) {
        ask(new SignerWire.Resume(miner, now, ownBlocks), CborReader::tryNull);
    }

    @Override
    public void observe(Address miner, ProtectedBlock onChain) {
        ask(new SignerWire.Observe(miner, onChain), CborReader::tryNull);
    }

    @Override
    public GuardStatus status(Address miner) {
        return ask(new SignerWire.Status(miner), reader -> {
            reader.array(6);
            String doubt = reader.text(SignerWire.MAX_TEXT);
            return new GuardStatus(
                    miner,
                    doubt.isEmpty() ? Optional.empty() : Optional.of(Doubt.valueOf(doubt)),
                    reader.text(SignerWire.MAX_TEXT),
                    ChainCbor.epoch(reader),
                    ChainCbor.epoch(reader),
                    Math.toIntExact(reader.uint()),
                    reader.uint());
        });
    }

    @Override
    public List<String> nearLimits() {
        return ask(
                new SignerWire.NearLimits(),
                reader -> ChainCbor.list(
                        reader, SignerWire.MAX_LIMITS, "limits", words -> words.text(SignerWire.MAX_TEXT)));
    }

    private <T> T ask(SignerWire request, Function<CborReader, T> result) {
        byte[] frame = request.encode();
        byte[] answer;
        try {
            answer = exchange(frame);
        } catch (IOException first) {
            try {
                answer = exchange(frame);
            } catch (IOException e) {
                throw new AditException(
                        SignerErrorCode.SIGNER_UNAVAILABLE,
                        "asking the signer at %s: %s; is `adit signer` running?".formatted(socket, e.getMessage()),
                        e);
            }
        }
        try {
            return read(answer, result);
        } catch (CborException | IllegalArgumentException | ArithmeticException e) {
            throw new AditException(
                    SignerErrorCode.SIGNER_BAD_REQUEST, "reading the signer's answer: " + e.getMessage(), e);
        }
    }

    private byte[] exchange(byte[] frame) throws IOException {
        var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try (var exchange = new SignerChannel(channel, timeout)) {
            exchange.send(frame);
            return exchange.receive();
        }
    }

    private static <T> T read(byte[] answer, Function<CborReader, T> result) {
        var reader = new CborReader(answer);
        int items = reader.array();
        if (reader.uint() != SignerWire.VERSION) {
            throw new IllegalArgumentException("it has another version");
        }
        if (reader.uint() == 0 && items == 3) {
            var value = result.apply(reader);
            reader.end();
            return value;
        }
        String name = reader.text(SignerWire.MAX_TEXT);
        String message = reader.text(SignerWire.MAX_TEXT);
        String rule = reader.text(SignerWire.MAX_TEXT);
        String limit = reader.text(SignerWire.MAX_TEXT);
        String value = reader.text(SignerWire.MAX_TEXT);
        reader.end();
        if (!rule.isEmpty()) {
            throw new SignerRefusedException(rule, limit, value);
        }
        var code = CODES.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElse(SignerErrorCode.SIGNER_BAD_REQUEST);
        throw new AditException(code, "the signer: " + message);
    }
}
