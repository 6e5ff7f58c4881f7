package io.adit.ops.cli;

import io.adit.core.error.InvalidValueException;
import io.adit.libp2p.multiaddr.Multiaddr;
import io.adit.ops.Multiaddrs;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the address of a libp2p peer. */
public final class MultiaddrConverter implements ITypeConverter<Multiaddr> {
    /** What stands where no argument was read yet. */
    static final Multiaddr NONE = Multiaddr.parse("/ip4/127.0.0.1/tcp/0");

    @Override
    public Multiaddr convert(String text) {
        try {
            return Multiaddrs.parse("it", text);
        } catch (InvalidValueException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
