package io.adit.libp2p.multiaddr;

import io.adit.libp2p.identity.PeerId;
import io.adit.libp2p.wire.MalformedWireException;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** How the value of an address component is written as text and as bytes. */
enum ComponentValue {
    NONE(0) {
        @Override
        byte[] parse(String text) {
            throw new IllegalStateException("a component without value has no text");
        }

        @Override
        String format(byte[] value) {
            return "";
        }
    },
    IP4(4) {
        @Override
        byte[] parse(String text) {
            return address(text, 4);
        }

        @Override
        String format(byte[] value) {
            return NetUtil.toAddressString(inetAddress(value));
        }
    },
    IP6(16) {
        @Override
        byte[] parse(String text) {
            return address(text, 16);
        }

        @Override
        String format(byte[] value) {
            return inetAddress(value) instanceof Inet6Address address
                    ? NetUtil.toAddressString(address)
                    : MAPPED_PREFIX + NetUtil.bytesToIpAddress(Arrays.copyOfRange(value, 12, 16));
        }
    },
    PORT(2) {
        @Override
        byte[] parse(String text) {
            if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
                throw new MalformedWireException("a port must be a number from 0 to 65535");
            }
            var port = Integer.parseInt(text);
            if (port > 0xffff) {
                throw new MalformedWireException("port " + port + " is above 65535");
            }
            return new byte[] {(byte) (port >>> 8), (byte) port};
        }

        @Override
        String format(byte[] value) {
            return Integer.toString(((value[0] & 0xff) << 8) | (value[1] & 0xff));
        }
    },
    TEXT(-1) {
        @Override
        byte[] parse(String text) {
            return checked(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        String format(byte[] value) {
            return utf8(value);
        }

        @Override
        byte[] checked(byte[] value) {
            var text = utf8(value);
            if (text.isEmpty() || text.indexOf('/') >= 0 || text.chars().anyMatch(Character::isISOControl)) {
                throw new MalformedWireException("a name must not be empty nor hold slashes or control characters");
            }
            return value;
        }
    },
    ESCAPED_TEXT(-1) {
        @Override
        byte[] parse(String text) {
            try {
                return checked(URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8)
                        .getBytes(StandardCharsets.UTF_8));
            } catch (MalformedWireException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw new MalformedWireException("not percent-encoded text", e);
            }
        }

        @Override
        String format(byte[] value) {
            return URLEncoder.encode(utf8(value), StandardCharsets.UTF_8).replace("+", "%20");
        }

        @Override
        byte[] checked(byte[] value) {
            if (utf8(value).isEmpty()) {
                throw new MalformedWireException("a path must not be empty");
            }
            return value;
        }
    },
    MULTIBASE(-1) {
        @Override
        byte[] parse(String text) {
            if (!text.startsWith("u")) {
                throw new MalformedWireException("a certificate hash must be in base64url (multibase u)");
            }
            try {
                return checked(Base64.getUrlDecoder().decode(text.substring(1)));
            } catch (MalformedWireException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw new MalformedWireException("not base64url", e);
            }
        }

        @Override
        String format(byte[] value) {
            return "u" + Base64.getUrlEncoder().withoutPadding().encodeToString(value);
        }

        @Override
        byte[] checked(byte[] value) {
            if (value.length == 0) {
                throw new MalformedWireException("a certificate hash must not be empty");
            }
            return value;
        }
    },
    PEER(-1) {
        @Override
        byte[] parse(String text) {
            return PeerId.parse(text).bytes();
        }

        @Override
        String format(byte[] value) {
            return PeerId.fromBytes(value).toString();
        }

        @Override
        byte[] checked(byte[] value) {
            return PeerId.fromBytes(value).bytes();
        }
    };

    /** Java turns ::ffff:a.b.c.d into an IPv4 address. */
    private static final String MAPPED_PREFIX = "::ffff:";

    /** In bytes; negative for a value that carries its length as a varint. */
    private final int fixedLength;

    ComponentValue(int fixedLength) {
        this.fixedLength = fixedLength;
    }

    boolean hasFixedLength() {
        return fixedLength >= 0;
    }

    int fixedLength() {
        return fixedLength;
    }

    abstract byte[] parse(String text);

    abstract String format(byte[] value);

    /** The value, if bytes from a stranger may stand here. */
    byte[] checked(byte[] value) {
        return value;
    }

    private static byte[] address(String text, int length) {
        var bytes = NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null || bytes.length != length || text.indexOf('%') >= 0 || text.indexOf('[') >= 0) {
            throw new MalformedWireException("not an IP address of " + length + " bytes");
        }
        return bytes;
    }

    private static InetAddress inetAddress(byte[] value) {
        try {
            return InetAddress.getByAddress(value);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + value.length + " bytes passed the length check", e);
        }
    }

    private static String utf8(byte[] value) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedWireException("not UTF-8", e);
        }
    }
}
