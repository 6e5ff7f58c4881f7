package io.adit.proofs;

import io.adit.core.fil.SectorNumber;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import java.util.Optional;

/** The three messages between node and worker. */
final class WorkerMessages {
    /** Changes with any of the shapes here or in {@link WorkerValues}. */
    static final int VERSION = 2;

    private static final int MAX_TEXT = 64 << 10;

    private WorkerMessages() {}

    /**
     * First message of a worker: ready, or why not.
     *
     * @param version of these messages
     * @param ready whether the library is loaded
     * @param text the library's version, or what went wrong
     */
    record Hello(int version, boolean ready, String text) {
        byte[] toCbor() {
            return new CborWriter()
                    .array(3)
                    .uint(version)
                    .bool(ready)
                    .text(text)
                    .toByteArray();
        }

        static Hello fromCbor(byte[] data) {
            var in = new CborReader(data);
            in.array(3);
            return new Hello(Math.toIntExact(in.uint()), in.bool(), in.text(MAX_TEXT));
        }
    }

    record Request(long id, ProofOperation operation, byte[] arguments) {
        byte[] toCbor() {
            return new CborWriter()
                    .array(3)
                    .uint(id)
                    .text(operation.name())
                    .bytes(arguments)
                    .toByteArray();
        }

        static Request fromCbor(byte[] data) {
            var in = new CborReader(data);
            in.array(3);
            return new Request(in.uint(), ProofOperation.valueOf(in.text(MAX_TEXT)), in.bytes(FrameChannel.MAX_FRAME));
        }
    }

    /**
     * The end of a call: {@code error} is empty for an answer, otherwise the name of a {@link ProofsError}.
     *
     * @param sector which {@link ProofsException#sector()} the error names
     * @param body the answer's CBOR, or the message as text
     */
    record Response(
            long id, String error, Optional<SectorNumber> sector, long wallMillis, long cpuMillis, byte[] body) {
        byte[] toCbor() {
            var out = new CborWriter().array(6).uint(id).text(error);
            sector.ifPresentOrElse(number -> out.uint(number.value()), out::nul);
            return out.uint(wallMillis).uint(cpuMillis).bytes(body).toByteArray();
        }

        static Response fromCbor(byte[] data) {
            var in = new CborReader(data);
            in.array(6);
            return new Response(
                    in.uint(),
                    in.text(MAX_TEXT),
                    in.tryNull() ? Optional.empty() : Optional.of(new SectorNumber(in.uint())),
                    in.uint(),
                    in.uint(),
                    in.bytes(FrameChannel.MAX_FRAME));
        }
    }
}
