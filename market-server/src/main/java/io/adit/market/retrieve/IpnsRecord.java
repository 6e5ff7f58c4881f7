package io.adit.market.retrieve;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.adit.core.ipld.CborException;
import io.adit.core.ipld.CborLimits;
import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.Multihash;
import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.identity.PublicKey;
import io.adit.libp2p.wire.MalformedWireException;
import io.adit.libp2p.wire.Protobuf;
import java.io.ByteArrayOutputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a name stands for, signed by the name's key (<a href="https://specs.ipfs.tech/ipns/ipns-record/">specification</a>).
 *
 * @param bytes as they were signed
 * @param until when it is no longer valid
 * @param lifetime how long clients may keep it
 */
record IpnsRecord(byte[] bytes, Instant until, Duration lifetime) {
    /** The specification's limit. */
    static final int MAX_BYTES = 10 << 10;

    private static final int MAX_FIELDS = 32;
    private static final int MAX_KEYS = 32;
    private static final byte[] SIGNED_PREFIX = "ipns-signature:".getBytes(UTF_8);
    /** Validity that ends at a time. */
    private static final long END_OF_LIFE = 0;

    private static final int VALUE = 1;
    private static final int OLD_SIGNATURE = 2;
    private static final int VALIDITY_TYPE = 3;
    private static final int VALIDITY = 4;
    private static final int SEQUENCE = 5;
    private static final int TTL = 6;
    private static final int KEY = 7;
    private static final int SIGNATURE = 8;
    private static final int DATA = 9;

    /** A record that must not be passed on. */
    static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1;

        InvalidException(String problem) {
            super(problem);
        }

        InvalidException(String problem, Throwable cause) {
            super(problem, cause);
        }
    }

    /**
     * Reads a record and checks that it is the name's and still valid.
     *
     * @param name the hash of the key, or the key itself
     */
    static IpnsRecord verify(byte[] bytes, Multihash name, Instant now) throws InvalidException {
        if (bytes.length > MAX_BYTES) {
            throw new InvalidException(bytes.length + " bytes where " + MAX_BYTES + " are allowed");
        }
        try {
            return verify(bytes, Protobuf.parse(bytes, MAX_FIELDS), PeerId.fromBytes(name.bytes()), now);
        } catch (MalformedWireException | CborException | DateTimeException | ArithmeticException e) {
            throw new InvalidException("it is malformed: " + e.getMessage(), e);
        }
    }

    private static IpnsRecord verify(byte[] bytes, Protobuf record, PeerId name, Instant now) throws InvalidException {
        var data = record.bytes(DATA).orElseThrow(() -> new InvalidException("it has no signed data"));
        var signature =
                record.bytes(SIGNATURE).orElseThrow(() -> new InvalidException("it has no signature of version 2"));
        var signed = new ByteArrayOutputStream();
        signed.writeBytes(SIGNED_PREFIX);
        signed.writeBytes(data);
        if (!key(record, name).verify(signed.toByteArray(), signature)) {
            throw new InvalidException("its signature is not the name's");
        }
        var document = Document.read(data);
        if (record.bytes(OLD_SIGNATURE).isPresent() || record.bytes(VALUE).isPresent()) {
            document.requireSame(record);
        }
        if (document.number("ValidityType") != END_OF_LIFE) {
            throw new InvalidException("it does not say until when it is valid");
        }
        var until = Instant.parse(new String(document.bytes("Validity"), UTF_8));
        if (!now.isBefore(until)) {
            throw new InvalidException("it was valid until " + until);
        }
        long lifetime = document.number("TTL");
        if (lifetime < 0) {
            throw new InvalidException("clients may keep it for a negative time");
        }
        return new IpnsRecord(bytes, until, Duration.ofNanos(lifetime));
    }

    /** The key that the name holds, or that the record holds and the name is a hash of. */
    private static PublicKey key(Protobuf record, PeerId name) throws InvalidException {
        Optional<PublicKey> key = record.bytes(KEY).map(PublicKey::fromProtobuf).or(name::inlineKey);
        return key.filter(held -> held.peerId().equals(name))
                .orElseThrow(() -> new InvalidException("it does not come with the name's key"));
    }

    /** What is signed: a map in DAG-CBOR. */
    private record Document(Map<String, byte[]> texts, Map<String, Long> numbers) {
        static Document read(byte[] data) {
            var reader = new CborReader(data, CborLimits.ANY_KEY_ORDER);
            var texts = new HashMap<String, byte[]>();
            var numbers = new HashMap<String, Long>();
            int keys = reader.map();
            if (keys > MAX_KEYS) {
                throw new CborException(0, keys + " entries where " + MAX_KEYS + " are allowed");
            }
            for (int left = keys; left > 0; left--) {
                var name = reader.text(MAX_BYTES);
                switch (reader.peek()) {
                    case BYTES -> texts.put(name, reader.bytes(MAX_BYTES));
                    case UINT, NEGATIVE -> numbers.put(name, reader.integer());
                    default -> reader.skip();
                }
            }
            reader.end();
            return new Document(texts, numbers);
        }

        byte[] bytes(String name) throws InvalidException {
            return Optional.ofNullable(texts.get(name)).orElseThrow(() -> new InvalidException("it has no " + name));
        }

        long number(String name) throws InvalidException {
            return Optional.ofNullable(numbers.get(name)).orElseThrow(() -> new InvalidException("it has no " + name));
        }

        /** Old clients read the fields beside the signed data. */
        void requireSame(Protobuf record) throws InvalidException {
            boolean same = Arrays.equals(bytes("Value"), record.bytes(VALUE).orElse(new byte[0]))
                    && Arrays.equals(bytes("Validity"), record.bytes(VALIDITY).orElse(new byte[0]))
                    && number("ValidityType") == record.varint(VALIDITY_TYPE).orElse(0)
                    && number("Sequence") == record.varint(SEQUENCE).orElse(0)
                    && number("TTL") == record.varint(TTL).orElse(0);
            if (!same) {
                throw new InvalidException("what old clients read in it is not what is signed");
            }
        }
    }
}
