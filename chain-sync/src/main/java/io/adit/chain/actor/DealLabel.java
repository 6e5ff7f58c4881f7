package io.adit.chain.actor;

import io.adit.core.ipld.CborReader;
import io.adit.core.ipld.CborWriter;
import io.adit.core.ipld.MajorType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** What a client writes on a deal: text or bytes, 256 bytes at most on chain (FIP-0027). */
public sealed interface DealLabel {
    /** Longest label that the market actor accepts, in bytes. */
    int MAX_ON_CHAIN = 256;

    /** A label of UTF-8 text. */
    record Text(String text) implements DealLabel {
        @Override
        public int length() {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** A label of bytes. */
    record Raw(byte[] bytes) implements DealLabel {
        public Raw {
            bytes = bytes.clone();
        }

        @Override
        public byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public int length() {
            return bytes.length;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Raw that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "0x" + HexFormat.of().formatHex(bytes);
        }
    }

    /** Length in bytes. */
    int length();

    /** Reads either form; longer labels than the chain takes decode, so that a client can be told the limit. */
    static DealLabel read(CborReader reader) {
        return reader.peek() == MajorType.TEXT
                ? new Text(reader.text(ActorLimits.MAX_PAYLOAD))
                : new Raw(reader.bytes(ActorLimits.MAX_PAYLOAD));
    }

    /** Appends the label as it is. */
    default void writeTo(CborWriter writer) {
        switch (this) {
            case Text label -> writer.text(label.text());
            case Raw label -> writer.bytes(label.bytes());
        }
    }
}
