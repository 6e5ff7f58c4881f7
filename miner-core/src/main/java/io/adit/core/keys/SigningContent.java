package io.adit.core.keys;

import java.util.Arrays;

/**
 * Something to be signed, whole, so that a signer can decide by what it is and find out itself which bytes to sign.
 *
 * @param content in the encoding of its kind
 * @param signedBytes the bytes that the key signs; a signer that decides by content computes them itself
 */
public record SigningContent(SigningKind kind, byte[] content, byte[] signedBytes) {
    public SigningContent {
        content = content.clone();
        signedBytes = signedBytes.clone();
    }

    @Override
    public byte[] content() {
        return content.clone();
    }

    @Override
    public byte[] signedBytes() {
        return signedBytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SigningContent that && kind == that.kind && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return kind + ", " + content.length + " bytes";
    }
}
