package io.adit.libp2p.multistream;

import io.adit.libp2p.Libp2pException;
import io.adit.libp2p.Libp2pException.Kind;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Varint;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;

/**
 * Multistream-select 1.0.0 over a pair of blocking streams. Each message is a varint length and a line that ends in a
 * newline. It reads byte by byte and so never takes what belongs to the protocol that follows.
 */
public final class MultistreamSelect {
    /** Longest line, newline included. */
    public static final int MAX_LINE = 1024;
    /** How many proposals a listener answers before it gives up. */
    public static final int MAX_PROPOSALS = 64;

    private static final String HEADER = "/multistream/1.0.0";
    private static final String NOT_AVAILABLE = "na";

    private MultistreamSelect() {}

    /**
     * Proposes {@code protocols} in order, the first together with the header.
     *
     * @return the one that the remote took
     * @throws Libp2pException UNSUPPORTED_PROTOCOL if it took none, PROTOCOL_VIOLATION if it answered anything else
     */
    public static String propose(InputStream in, OutputStream out, List<String> protocols) throws IOException {
        if (protocols.isEmpty()) {
            throw new IllegalArgumentException("no protocol to propose");
        }
        var first = new ByteArrayOutputStream();
        append(first, HEADER);
        append(first, protocols.getFirst());
        out.write(first.toByteArray());
        expectHeader(in);
        for (var index = 0; index < protocols.size(); index++) {
            var protocol = protocols.get(index);
            if (index > 0) {
                send(out, protocol);
            }
            var answer = readLine(in);
            if (answer.equals(protocol)) {
                return protocol;
            }
            if (!answer.equals(NOT_AVAILABLE)) {
                throw new Libp2pException(
                        Kind.PROTOCOL_VIOLATION,
                        "remote answered neither " + protocol + " nor na while a protocol was agreed on");
            }
        }
        throw new Libp2pException(Kind.UNSUPPORTED_PROTOCOL, "remote speaks none of " + protocols);
    }

    /**
     * Answers proposals until one is known. {@code ls} is refused like any unknown protocol.
     *
     * @return the protocol agreed on
     * @throws Libp2pException UNSUPPORTED_PROTOCOL if the remote gives up or has made {@link #MAX_PROPOSALS} proposals
     */
    public static String answer(InputStream in, OutputStream out, Predicate<String> known) throws IOException {
        send(out, HEADER);
        expectHeader(in);
        for (var proposals = 0; proposals < MAX_PROPOSALS; proposals++) {
            var proposal = readLine(in);
            if (known.test(proposal)) {
                send(out, proposal);
                return proposal;
            }
            send(out, NOT_AVAILABLE);
        }
        throw new Libp2pException(
                Kind.UNSUPPORTED_PROTOCOL, "remote made " + MAX_PROPOSALS + " proposals, none of them known here");
    }

    private static void expectHeader(InputStream in) throws IOException {
        var header = readLine(in);
        if (!header.equals(HEADER)) {
            throw new Libp2pException(Kind.PROTOCOL_VIOLATION, "remote does not speak " + HEADER);
        }
    }

    private static void send(OutputStream out, String line) throws IOException {
        var message = new ByteArrayOutputStream();
        append(message, line);
        out.write(message.toByteArray());
    }

    private static void append(ByteArrayOutputStream out, String line) {
        var bytes = line.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= MAX_LINE) {
            throw new IllegalArgumentException("protocol name is longer than " + (MAX_LINE - 1) + " bytes");
        }
        Varint.write(out, bytes.length + 1L);
        out.writeBytes(bytes);
        out.write('\n');
    }

    private static String readLine(InputStream in) throws IOException {
        long length;
        try {
            length = Varint.read(in);
        } catch (EOFException e) {
            throw new Libp2pException(Kind.UNSUPPORTED_PROTOCOL, "remote ended the stream while agreeing", e);
        } catch (MalformedWireException e) {
            throw new Libp2pException(Kind.PROTOCOL_VIOLATION, "multistream line has no length", e);
        }
        if (length < 1 || length > MAX_LINE) {
            throw new Libp2pException(
                    Kind.PROTOCOL_VIOLATION, "multistream line of " + length + " bytes; the limit is " + MAX_LINE);
        }
        var line = in.readNBytes((int) length);
        if (line.length < length) {
            throw new Libp2pException(Kind.UNSUPPORTED_PROTOCOL, "remote ended the stream while agreeing");
        }
        if (line[line.length - 1] != '\n') {
            throw new Libp2pException(Kind.PROTOCOL_VIOLATION, "multistream line does not end in a newline");
        }
        return new String(line, 0, line.length - 1, StandardCharsets.UTF_8);
    }
}
