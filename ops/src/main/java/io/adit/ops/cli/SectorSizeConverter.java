package io.adit.ops.cli;

import io.adit.core.fil.SectorSize;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 2KiB}, {@code 8MiB}, {@code 512MiB}, {@code 32GiB} and {@code 64GiB}. */
public final class SectorSizeConverter implements ITypeConverter<SectorSize> {
    @Override
    public SectorSize convert(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "2kib" -> SectorSize.KIB_2;
            case "8mib" -> SectorSize.MIB_8;
            case "512mib" -> SectorSize.MIB_512;
            case "32gib" -> SectorSize.GIB_32;
            case "64gib" -> SectorSize.GIB_64;
            default ->
                throw new TypeConversionException(
                        "'" + text + "' is no sector size: 2KiB, 8MiB, 512MiB, 32GiB or 64GiB");
        };
    }
}
