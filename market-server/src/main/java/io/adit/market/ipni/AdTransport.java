package io.adit.market.ipni;

import io.adit.core.ipld.Varint;
import java.io.ByteArrayOutputStream;
import java.util.Set;

/** A way of fetching content, as metadata names it: a multicodec, and for HTTP the length of what follows, nothing. */
enum AdTransport {
    BITSWAP(0x0900, false),
    IPFS_GATEWAY_HTTP(0x0920, true),
    FILECOIN_PIECE_HTTP(0x0930, true);

    private final int code;
    private final boolean withLength;

    AdTransport(int code, boolean withLength) {
        this.code = code;
        this.withLength = withLength;
    }

    /** The metadata of content that can be fetched in all of these ways; they stand in the order of their codes. */
    static byte[] metadata(Set<AdTransport> transports) {
        var metadata = new ByteArrayOutputStream();
        for (var transport : values()) {
            if (transports.contains(transport)) {
                Varint.write(transport.code, metadata);
                if (transport.withLength) {
                    metadata.write(0);
                }
            }
        }
        return metadata.toByteArray();
    }
}
