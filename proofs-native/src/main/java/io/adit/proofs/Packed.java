package io.adit.proofs;

import io.adit.core.fil.PieceInfo;
import io.adit.core.fil.UnpaddedSize;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Lists as the C ABI takes them: items end to end, integers little-endian. */
final class Packed {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    static byte[] sizes(List<UnpaddedSize> sizes) {
        var packed = new Packed();
        sizes.forEach(size -> packed.u64(size.bytes()));
        return packed.toByteArray();
    }

    static byte[] pieces(List<PieceInfo> pieces) {
        var packed = new Packed();
        pieces.forEach(piece ->
                packed.raw(piece.commP().bytes()).u64(piece.size().unpadded().bytes()));
        return packed.toByteArray();
    }

    static byte[] publicReplicas(List<PublicReplica> replicas) {
        var packed = new Packed();
        replicas.forEach(replica ->
                packed.u64(replica.number().value()).raw(replica.commR().bytes()));
        return packed.toByteArray();
    }

    static byte[] privateReplicas(List<PrivateReplica> replicas) {
        var packed = new Packed();
        replicas.forEach(replica ->
                packed.u64(replica.number().value()).raw(replica.commR().bytes()));
        return packed.toByteArray();
    }

    static byte[] paths(List<PrivateReplica> replicas) {
        var packed = new Packed();
        replicas.forEach(replica -> packed.path(replica.cache()).path(replica.sealed()));
        return packed.toByteArray();
    }

    static byte[] seals(List<SealVerification> seals) {
        var packed = new Packed();
        seals.forEach(seal -> packed.u64(seal.sector().number().value())
                .raw(seal.commR().bytes())
                .raw(seal.commD().bytes())
                .raw(seal.ticket().bytes())
                .raw(seal.seed().bytes()));
        return packed.toByteArray();
    }

    static byte[] utf8(Path path) {
        return path.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
    }

    Packed u64(long value) {
        return raw(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    Packed u32(int value) {
        return raw(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    Packed raw(byte[] value) {
        bytes.writeBytes(value);
        return this;
    }

    Packed path(Path path) {
        var text = utf8(path);
        return u32(text.length).raw(text);
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }
}
