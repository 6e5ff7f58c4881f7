package io.adit.libp2p.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Retry tokens (RFC 9000, section 8.1.2): while the host is busy, whoever wants a connection must first show that he
 * receives what is sent to the address he writes from. A token is the second it was made in, an HMAC over that, the
 * address and the client's first connection ID, and that ID.
 */
final class AddressTokens implements QuicTokenHandler {
    private static final Duration VALIDITY = Duration.ofSeconds(30);
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MAC = 16;
    private static final int HEAD = Long.BYTES + MAC;

    private final SecretKeySpec key;
    private final InstantSource clock;
    private final BooleanSupplier busy;

    AddressTokens(SecureRandom random, InstantSource clock, BooleanSupplier busy) {
        var secret = new byte[32];
        random.nextBytes(secret);
        this.key = new SecretKeySpec(secret, ALGORITHM);
        this.clock = clock;
        this.busy = busy;
    }

    @Override
    public boolean writeToken(ByteBuf out, ByteBuf connectionId, InetSocketAddress address) {
        if (!busy.getAsBoolean()) {
            return false;
        }
        var id = ByteBufUtil.getBytes(connectionId);
        var second = clock.instant().getEpochSecond();
        out.writeLong(second).writeBytes(mac(second, address, id)).writeBytes(id);
        return true;
    }

    /** Where the connection ID begins in the token; -1 if the token is not good. */
    @Override
    public int validateToken(ByteBuf token, InetSocketAddress address) {
        var length = token.readableBytes();
        if (length <= HEAD || length > maxTokenLength()) {
            return -1;
        }
        var bytes = ByteBufUtil.getBytes(token);
        var second = ByteBuffer.wrap(bytes).getLong();
        var id = Arrays.copyOfRange(bytes, HEAD, length);
        var age = clock.instant().getEpochSecond() - second;
        return age >= 0
                        && age <= VALIDITY.toSeconds()
                        && MessageDigest.isEqual(mac(second, address, id), Arrays.copyOfRange(bytes, Long.BYTES, HEAD))
                ? HEAD
                : -1;
    }

    @Override
    public int maxTokenLength() {
        return HEAD + Quic.MAX_CONN_ID_LEN;
    }

    private byte[] mac(long second, InetSocketAddress address, byte[] connectionId) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(ByteBuffer.allocate(Long.BYTES + Short.BYTES)
                    .putLong(second)
                    .putShort((short) address.getPort())
                    .flip());
            mac.update(address.getAddress().getAddress());
            return Arrays.copyOf(mac.doFinal(connectionId), MAC);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform lacks " + ALGORITHM, e);
        }
    }
}
