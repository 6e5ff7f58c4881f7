package io.adit.ops.cli;

import io.adit.ops.DealName;
import java.util.UUID;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a deal. */
public final class DealNameConverter implements ITypeConverter<DealName> {
    /** What stands where no argument was read yet. */
    static final DealName NONE = new DealName(new UUID(0, 0));

    @Override
    public DealName convert(String text) {
        return DealName.parse(text)
                .orElseThrow(
                        () -> new TypeConversionException("'" + text + "' is neither the UUID nor the ULID of a deal"));
    }
}
